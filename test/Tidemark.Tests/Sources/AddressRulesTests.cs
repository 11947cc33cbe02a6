using System.Net;
using Tidemark.Sources;

namespace Tidemark.Tests.Sources;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::ffff:0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    [InlineData("::169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2001:0:a9fe:a9fe::1")]
    [InlineData("fec0::1")]
    [InlineData("100::1")]
    public void Metadata_link_local_and_carried_addresses_are_never_connected_to(string ip)
    {
        Assert.Equal("address_refused", Rules(privateNetwork: false).CheckMachine("host", IPAddress.Parse(ip))?.Code);
        Assert.Equal("address_refused", Rules(privateNetwork: true).CheckMachine("host", IPAddress.Parse(ip))?.Code);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("fd12:3456::1")]
    [InlineData("198.18.0.1")]
    public void Private_addresses_are_connected_to_only_where_the_operator_says_so(string ip)
    {
        Assert.Contains("--private-network", Rules(privateNetwork: false).CheckMachine("host", IPAddress.Parse(ip))?.Mend, StringComparison.Ordinal);
        Assert.Null(Rules(privateNetwork: true).CheckMachine("host", IPAddress.Parse(ip)));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("11.0.0.1")]
    [InlineData("128.0.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are_connected_to(string ip) => Assert.Null(Rules(privateNetwork: false).CheckMachine("host", IPAddress.Parse(ip)));

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://127.1/")]
    [InlineData("http://localhost/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://10.1.2.3:8080/index")]
    public void A_private_address_by_number_in_any_notation_is_known_for_one(string url) => Assert.True(AddressRules.IsLiteralPrivate(new Uri(url)));

    [Theory]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0251.0376.0251.0376/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("http://cam.example.org/")]
    public void Metadata_and_public_addresses_do_not_open_the_private_network(string url) => Assert.False(AddressRules.IsLiteralPrivate(new Uri(url)));

    [Theory]
    [InlineData("http://2852039166/")]
    [InlineData("http://0251.0376.0251.0376/")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    public void Metadata_written_in_another_notation_is_still_metadata(string url)
    {
        var host = new Uri(url).IdnHost;
        Assert.Equal("address_refused", Rules(privateNetwork: true).CheckMachine(host, IPAddress.Parse(host))?.Code);
    }

    [Theory]
    [InlineData("http://cam.example.org/other", true)]
    [InlineData("https://CAM.example.org:8443/x", true)]
    [InlineData("https://images.example.org/x.jpg", true)]
    [InlineData("https://IMAGES.EXAMPLE.ORG/x.jpg", true)]
    [InlineData("http://evil.example.org/x.jpg", false)]
    [InlineData("http://cam.example.org.evil.org/", false)]
    [InlineData("http://images.example.org@evil.org/", false)]
    [InlineData("http://xcam.example.org/", false)]
    [InlineData("http://127.0.0.1/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("ftp://cam.example.org/x", false)]
    [InlineData("gopher://cam.example.org/x", false)]
    [InlineData("data:image/jpeg;base64,AAAA", false)]
    public void Only_the_own_host_and_the_allowed_ones_are_asked_and_only_by_HTTP(string url, bool allowed) =>
        Assert.Equal(allowed ? null : "address_refused", Rules(privateNetwork: false).CheckAddress(new Uri(url))?.Code);

    [Fact]
    public void A_refused_host_is_named_with_the_flag_that_would_allow_it()
    {
        var refused = Rules(privateNetwork: false).CheckAddress(new Uri("http://cdn.example.org/x.jpg"))!;
        Assert.Contains("'cdn.example.org'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-host cdn.example.org", refused.Mend, StringComparison.Ordinal);
    }

    private static AddressRules Rules(bool privateNetwork) =>
        new(new SourceConfig("https://cam.example.org/index.json", 600, new FrameIndexPointers("", "", ""), ["images.example.org"], privateNetwork));
}
