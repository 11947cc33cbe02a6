using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Tidemark.App.Api;

/// <summary>What the OpenAPI document says beside the endpoints themselves.</summary>
internal static class ApiDescription
{
    /// <summary>The options of <see cref="ApiJson"/> hold for its own context only; what the framework binds and describes goes by these.</summary>
    public static void Strict(System.Text.Json.JsonSerializerOptions json)
    {
        json.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        json.Converters.Add(new TimeConverter());
        json.UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
    }

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Tidemark",
                Version = "v1",
                Description = "Times are RFC 3339 in UTC, ranges half open. Errors are problem details (RFC 9457) with `code`, `mend` and `errors`. Every request but /health and /session shows a token: `Authorization: Bearer …`, or the cookie that /session gives.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "As 'tidemark token create' prints it." },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
        // Our converter writes instants, so the framework cannot know that they are texts.
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(IReadOnlyList<DateTimeOffset>))
            {
                schema.Items = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
            }

            return Task.CompletedTask;
        });
        // Every endpoint may refuse, and always in the same shape.
        options.AddOperationTransformer(async (operation, context, cancellation) =>
        {
            var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemShape), null, cancellation);
            context.Document!.AddComponent(nameof(ProblemShape), problem);
            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "A problem (RFC 9457)",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemShape), context.Document) },
                },
            };
        });
    }
}
