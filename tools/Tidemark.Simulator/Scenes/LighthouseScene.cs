namespace Tidemark.Simulator.Scenes;

internal sealed class LighthouseScene(int width, int height) : Scene(width, height)
{
    protected override float Horizon => 0.6f;

    protected override void DrawLand(Canvas canvas, Light light, Weather weather)
        => Water.Fill(canvas, light, weather, HorizonLine, Height, light.On(Rgb.Hex(0x24506a)), 0.8f);
}
