namespace Tidemark.Database;

/// <summary>One of several statements that are sent together.</summary>
/// <param name="Sql">With parameters as <c>$1</c>, <c>$2</c> …: nothing has to be read and rewritten before it is sent.</param>
/// <param name="Values">In that order.</param>
/// <param name="Read">Reads a row of the answer; null where the statement has none.</param>
public readonly record struct Statement(string Sql, object?[] Values, Action<Row>? Read = null);
