namespace Tidemark.Media;

/// <summary>Passes reports on at once and in order, which <see cref="Progress{T}"/> does not.</summary>
internal sealed class Each<T>(Action<T> action) : IProgress<T>
{
    public void Report(T value) => action(value);
}
