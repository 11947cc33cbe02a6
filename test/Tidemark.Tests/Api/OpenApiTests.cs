using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Tidemark.Tests.Rules;

namespace Tidemark.Tests.Api;

public sealed class OpenApiTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_committed_description_is_what_a_node_serves()
    {
        var path = Repository.PathOf("design/openapi.json");
        var served = JsonNode.Parse(await node.Http.GetStringAsync("/api/v1/openapi.json", Cancellation))!.ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable("TIDEMARK_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(path, served, Cancellation);
        }

        var committed = File.Exists(path) ? await File.ReadAllTextAsync(path, Cancellation) : "";
        var line = served.Split('\n').Zip(committed.Split('\n')).TakeWhile(pair => pair.First == pair.Second).Count() + 1;
        Assert.True(served == committed, $"design/openapi.json differs from what the node serves, from line {line} on. Where the change is meant: run this test with TIDEMARK_UPDATE=1 and commit the file.");
    }

    [Fact]
    public async Task Every_endpoint_under_api_v1_is_described()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");
        var described = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal);
        var served = node.Part<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true })
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText!.Replace(":guid", "", StringComparison.Ordinal)}"))
            .Order(StringComparer.Ordinal).ToList();

        Assert.InRange(served.Count, 20, 100);
        Assert.Equal(served, described);
    }

    [Fact]
    public async Task Every_operation_says_what_it_is_for_and_what_its_problems_look_like()
    {
        foreach (var path in (await DocumentAsync()).GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Select(operation => operation.Value))
            {
                Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
                Assert.Equal("#/components/schemas/ProblemShape", operation.GetProperty("responses").GetProperty("default").GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString());
            }
        }
    }

    [Fact]
    public async Task Answers_have_every_required_member_and_none_that_is_not_declared()
    {
        await node.CaptureAsync("described");
        await node.PostAsync("/api/v1/tokens", """{"name":"described","expiresInSeconds":60}""", System.Net.HttpStatusCode.Created);
        var asked = await node.PostAsync("/api/v1/timelapses", """{"sources":["described"],"from":"2026-11-22T00:00:00Z","to":"2026-11-23T00:00:00Z"}""", System.Net.HttpStatusCode.Accepted);
        var made = await node.EndedAsync(asked.GetProperty("id").GetGuid());
        Assert.Equal("done", made.GetProperty("state").GetString());
        var failed = await node.PostAsync("/api/v1/timelapses", """{"sources":["described"],"from":"2020-01-01T00:00:00Z","to":"2020-01-02T00:00:00Z"}""", System.Net.HttpStatusCode.Accepted);
        await node.EndedAsync(failed.GetProperty("id").GetGuid());

        foreach (var (template, path) in new[]
        {
            ("/node", "/node"), ("/sources", "/sources"), ("/sources/{id}", "/sources/described"), ("/sources/{id}/frames", "/sources/described/frames?limit=2"),
            ("/sources/{id}/days", "/sources/described/days"), ("/timelapses", "/timelapses"), ("/timelapses/{id}", $"/timelapses/{asked.GetProperty("id").GetString()}"),
            ("/assets/{id}", $"/assets/{made.GetProperty("asset").GetProperty("id").GetString()}"), ("/tokens", "/tokens"),
        })
        {
            var document = await DocumentAsync();
            var schema = document.GetProperty("paths").GetProperty("/api/v1" + template).GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Assert.Empty(Faults(document, schema, await node.GetAsync("/api/v1" + path), path));
        }

        var whole = await DocumentAsync();
        Assert.Empty(Faults(whole, whole.GetProperty("components").GetProperty("schemas").GetProperty("ProblemShape"), await node.GetAsync("/api/v1/sources/nowhere", System.Net.HttpStatusCode.NotFound), "problem"));
    }

    private async Task<JsonElement> DocumentAsync() => await node.GetAsync("/api/v1/openapi.json");

    // As much of JSON Schema as our document uses: references, alternatives, objects, lists, types.
    private static IEnumerable<string> Faults(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (element, name) => element.GetProperty(name));
        }

        if (schema.TryGetProperty("oneOf", out var alternatives) || schema.TryGetProperty("anyOf", out alternatives))
        {
            var found = alternatives.EnumerateArray().Select(one => Faults(document, one, value, at).ToList()).ToList();
            return found.Any(faults => faults.Count == 0) ? [] : found.MinBy(faults => faults.Count)!;
        }

        var types = schema.TryGetProperty("type", out var type) ? type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)] : new[] { type.GetString()! } : [];
        if (types.Length > 0 && !types.Any(one => Fits(one, value)))
        {
            return [$"{at} is {value.GetRawText()}, not {string.Join(" or ", types)}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => Members(document, schema, value, at),
            JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => Faults(document, schema.GetProperty("items"), item, $"{at}[{index}]")),
            _ => [],
        };
    }

    private static IEnumerable<string> Members(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        var declared = schema.TryGetProperty("properties", out var properties) ? properties : default;
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(one => one.GetString()!).Where(name => !value.TryGetProperty(name, out _)))
            {
                yield return $"{at} lacks {name}";
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            if (declared.ValueKind == JsonValueKind.Object && declared.TryGetProperty(member.Name, out var own) || schema.TryGetProperty("additionalProperties", out own))
            {
                foreach (var fault in Faults(document, own, member.Value, $"{at}.{member.Name}"))
                {
                    yield return fault;
                }
            }
            else
            {
                yield return $"{at}.{member.Name} is not declared";
            }
        }
    }

    private static bool Fits(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => value.ValueKind == JsonValueKind.String,
    };
}
