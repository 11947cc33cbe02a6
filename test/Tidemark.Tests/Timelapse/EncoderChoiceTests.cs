using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

public sealed class EncoderChoiceTests
{
    [Theory]
    [InlineData("stats=/tmp/x")]
    [InlineData("aq-mode=3:stats=/tmp/x")]
    [InlineData("aq-mode=3:qpfile=x")]
    [InlineData("aq-mode=4")]
    [InlineData("aq-mode=-1")]
    [InlineData("aq-mode=1;rm")]
    [InlineData("aq-mode")]
    [InlineData("aq-mode=")]
    [InlineData("=3")]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("AQ-MODE=1")]
    [InlineData("me=umh,stats")]
    [InlineData("qcomp=1e0")]
    [InlineData("qcomp=0.6 :stats=x")]
    [InlineData("aq-strength=٣")]
    [InlineData("aq-mode=3\0")]
    [InlineData("aq-mode=3\0\0:keyint=48")]
    [InlineData("qcomp=0.6\0")]
    [InlineData("threads=1")]
    [InlineData("open-gop=1")]
    public void Hostile_parameters_are_refused_by_name(string parameters)
    {
        var (field, failure) = Assert.Single(new EncoderChoice(Parameters: parameters).Check());
        Assert.Equal(("parameters", "encoder_parameter"), (field, failure.Code));
        Assert.NotEmpty(failure.Mend!);
    }

    [Theory]
    [InlineData(TimelapseFormat.Mp4, "aq-mode=3:aq-strength=0.8:bframes=5:me=umh:tune=grain")]
    [InlineData(TimelapseFormat.H265, "aq-mode=4:psy-rd=2.5:sao=0")]
    public void What_is_on_the_list_is_taken(TimelapseFormat format, string parameters)
    {
        Assert.Empty(new EncoderChoice(format, "slow", 20, 10, parameters).Check());
        var options = TimelapseEncoder.Options(new TimelapseRecipe { Encoder = new EncoderChoice(format, "slow", 20.5, 10, parameters) });
        Assert.Contains("20.5", options);
        Assert.Contains("yuv420p10le", options);
    }

    [Theory]
    [InlineData(TimelapseFormat.Mp4, "placebo", null, 8, "preset")]
    [InlineData(TimelapseFormat.Mp4, null, 0.0, 8, "crf")]
    [InlineData(TimelapseFormat.Mp4, null, 52.0, 8, "crf")]
    [InlineData(TimelapseFormat.Mp4, null, double.NaN, 8, "crf")]
    [InlineData(TimelapseFormat.Mp4, null, null, 12, "depth")]
    [InlineData(TimelapseFormat.Av1, "fast", null, 8, "preset")]
    [InlineData(TimelapseFormat.WebM, "9", null, 8, "preset")]
    [InlineData(TimelapseFormat.Gif, "fast", null, 8, "preset")]
    [InlineData(TimelapseFormat.Gif, null, 20.0, 8, "crf")]
    [InlineData(TimelapseFormat.Gif, null, null, 10, "depth")]
    public void What_an_encoder_does_not_have_is_named(TimelapseFormat format, string? preset, double? crf, int depth, string field) =>
        Assert.Equal(field, Assert.Single(new EncoderChoice(format, preset, crf, depth).Check()).Field);
}
