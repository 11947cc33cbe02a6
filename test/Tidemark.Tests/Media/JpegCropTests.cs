using Tidemark.Media;

namespace Tidemark.Tests.Media;

public sealed class JpegCropTests
{
    [Theory]
    [InlineData("640x480+0+120", false, false)]
    [InlineData("640x480f+0+120", false, true)]
    [InlineData("640fx480+0+120", true, false)]
    [InlineData("640fx480f+0+120", true, true)]
    public void A_crop_is_what_jpegtran_takes_and_comes_back_as_written(string text, bool width, bool height)
    {
        var crop = JpegCrop.Parse(text).Value;

        Assert.Equal((640, 480, 0, 120, width, height, text), (crop.Width, crop.Height, crop.X, crop.Y, crop.ForceWidth, crop.ForceHeight, crop.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("640x480")]
    [InlineData("0x480+0+0")]
    [InlineData("640x480-1+0")]
    [InlineData("640x480+0+120 -copy all")]
    [InlineData("640x480+0+120\n")]
    [InlineData("65535x1+1+0")]
    [InlineData("640Fx480+0+0")]
    [InlineData("٣x480+0+0")]
    public void What_is_no_crop_is_said(string? text) => Assert.Equal("crop", JpegCrop.Parse(text).Failure?.Code);
}
