using System.Text.Json;

namespace Tidemark.App.Api;

/// <summary>The one place that turns our failures into HTTP answers: problem details, RFC 9457.</summary>
public static class Problems
{
    public static IResult From(Failure failure) => From(StatusOf(failure), failure, null);

    /// <summary>Several faults of one request, each with its field.</summary>
    public static IResult From(IReadOnlyList<(string Field, Failure Failure)> faults)
    {
        var first = faults[0].Failure;
        var failure = faults.Count == 1 ? first : new Failure(FailureKind.BadInput, "bad_request", $"{faults.Count} things are wrong with this request.", "See 'errors'.");
        return From(StatusCodes.Status400BadRequest, failure, [.. faults.Select(fault => new ProblemErrorShape(fault.Field, fault.Failure.ToString()))]);
    }

    /// <summary>Why a node is not well.</summary>
    public static IResult Ailing(IReadOnlyList<(string What, Failure Failure)> reasons) =>
        From(StatusCodes.Status503ServiceUnavailable, reasons[0].Failure, [.. reasons.Select(reason => new ProblemErrorShape(reason.What, reason.Failure.ToString()))]);

    public static IResult From(int status, string code, string detail, string? mend = null) => From(status, new Failure(FailureKind.BadInput, code, detail, mend), null);

    /// <summary>What the framework refuses without a word of its own.</summary>
    public static IResult FromStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status405MethodNotAllowed =>
            From(status, "method_not_allowed", $"{request.Path} takes no {request.Method}; it takes {request.HttpContext.Response.Headers.Allow}.", "See /api/v1/openapi.json for what there is."),
        StatusCodes.Status404NotFound =>
            From(status, "no_such_endpoint", $"There is no {request.Method} {request.Path}.", "See /api/v1/openapi.json for what there is."),
        StatusCodes.Status415UnsupportedMediaType =>
            From(status, "content_type", $"{request.Method} {request.Path} wants a body.", "See /api/v1/openapi.json for its shape."),
        _ => From(status, "bad_request", "A part of this request has the wrong form.", "See /api/v1/openapi.json for what is expected."),
    };

    /// <summary>What a request that could not even be read gets; for exceptions of the server's own plumbing.</summary>
    public static IResult FromException(Exception? error) => error switch
    {
        BadHttpRequestException { InnerException: JsonException json } => From(400, "bad_json", Describe(json), "See /api/v1/openapi.json for the shape."),
        BadHttpRequestException bad => From(bad.StatusCode, "bad_request", bad.Message),
        System.Data.Common.DbException database => FromDatabase(Database.DatabaseFailures.Map(database)),
        TimeoutException or System.Net.Sockets.SocketException => FromDatabase(new Failure(FailureKind.Unreachable, Database.DatabaseFailures.Away, "The database does not answer.", null)),
        _ => From(500, "unexpected", "Something broke that nobody foresaw. It is in the node's log.", "Try again; if it stays so, report it with the log."),
    };

    // Whatever is the matter with it, it is not the asker's doing and passes.
    private static IResult FromDatabase(Failure failure) => failure.Code == Database.DatabaseFailures.Away
        ? From(StatusCodes.Status503ServiceUnavailable, failure with { Message = "The database does not answer; capture goes on meanwhile.", Mend = "Try again soon; if it stays so, check that the database runs." }, null)
        : From(failure);

    private static string Describe(JsonException error)
    {
        // System.Text.Json appends the path and the position to its messages; people want the sentence and the place.
        var sentence = error.Message.Split(" Path: ", 2)[0].TrimEnd('.');
        return error.Path is { Length: > 1 } path ? $"The request's JSON is wrong at '{path.TrimStart('$', '.')}': {sentence}." : $"The request's JSON is wrong: {sentence}.";
    }

    private static IResult From(int status, Failure failure, IReadOnlyList<ProblemErrorShape>? errors)
    {
        var title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
        var problem = new ProblemShape($"urn:tidemark:problem:{failure.Code}", title, status, failure.Message, failure.Code, failure.Mend, errors);
        return Results.Json(problem, ApiJson.Default.ProblemShape, "application/problem+json", status);
    }

    private static int StatusOf(Failure failure) => failure.Kind switch
    {
        FailureKind.BadInput => StatusCodes.Status400BadRequest,
        FailureKind.NotFound => StatusCodes.Status404NotFound,
        FailureKind.Conflict or FailureKind.Cancelled => StatusCodes.Status409Conflict,
        FailureKind.Unreachable => StatusCodes.Status502BadGateway,
        FailureKind.Stalled => StatusCodes.Status504GatewayTimeout,
        FailureKind.Resource => StatusCodes.Status507InsufficientStorage,
        FailureKind.Infrastructure => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
