namespace Tidemark.Simulator.Scenes;

/// <summary>A place seen by a fixed camera, for one picture size. What never changes is worked out once. Thread-safe.</summary>
internal abstract class Scene(int width, int height)
{
    protected int Width { get; } = width;

    protected int Height { get; } = height;

    /// <summary>Pixels for one pixel at 720 lines.</summary>
    protected float Unit { get; } = height / 720f;

    /// <summary>The line between sky and ground, a share of the height.</summary>
    protected abstract float Horizon { get; }

    protected int HorizonLine => Math.Max(1, (int)(Horizon * Height));

    public void Draw(Canvas canvas, Light light, Weather weather)
    {
        Sky.Draw(canvas, light, weather, HorizonLine);
        DrawLand(canvas, light, weather);
    }

    protected abstract void DrawLand(Canvas canvas, Light light, Weather weather);
}
