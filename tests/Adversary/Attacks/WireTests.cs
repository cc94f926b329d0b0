using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Answers of HTTP and JSON that nobody would expect.</summary>
public sealed class WireTests(Theatre theatre) : Scene(theatre)
{
    [Fact]
    [Attack(Who.Network, "3", Before = "134 Unhandled exception")]
    public Task A_redirect_to_a_file_is_not_followed() => RedirectAsync("file:///etc/passwd");

    [Fact]
    [Attack(Who.Network, "3", Before = "134 Unhandled exception")]
    public Task A_redirect_to_data_is_not_followed() => RedirectAsync("data:application/json,{}");

    [Fact]
    [Attack(Who.Network, "3", Before = "134 Unhandled exception")]
    public Task A_redirect_to_a_script_is_not_followed() => RedirectAsync("javascript:alert(1)");

    [Fact]
    [Attack(Who.Network, "3", Before = "134 Unhandled exception")]
    public Task A_redirect_to_nowhere_is_not_followed() => RedirectAsync("//");

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task A_redirect_to_another_host_is_not_followed_with_the_digest()
    {
        await using var elsewhere = await Network.StartAsync(Theatre.Service.Address, Stop);
        await RedirectAsync(new Uri(elsewhere.Address, "v1/verify").ToString());
        Assert.Equal(Build.Attacked.IsEarlier, !elsewhere.Asked.IsEmpty);
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task A_redirect_on_the_same_host_is_not_followed_either()
    {
        Network.Instead = (context, path) =>
        {
            if (path != "/v1/verify" || context.Request.QueryString.HasValue)
                return Task.FromResult(false);
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, "/v1/verify?again");
            return Task.FromResult(true);
        };
        Conclude(await User.RunProcessAsync("verify", FileOf("standing"), "--service", Network.Address.ToString()));
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "134 Unhandled exception")]
    public Task A_list_of_keys_that_holds_nothing_is_no_answer() => KeysAsync("""{"origin":"x","verifierKeys":[null],"keys":[]}""");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task A_list_without_keys_is_no_answer() => KeysAsync("""{"origin":"x","verifierKeys":[],"keys":[]}""");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task A_list_of_keys_that_are_none_is_no_answer() => KeysAsync("""{"origin":"x","verifierKeys":["+","x+1+AAAA",""],"keys":[]}""");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task A_page_of_a_hotel_is_no_list_of_keys() => KeysAsync("<html>Sign in</html>");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task A_page_of_a_hotel_is_no_answer() => BodyAsync("<html>Sign in</html>");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task Nothing_is_no_answer() => BodyAsync("");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task Json_without_a_bottom_is_no_answer() => BodyAsync(new string('[', 100_000));

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public Task Half_a_character_is_no_answer() => BodyAsync("""{"results":[{"verdict":"\ud800"}]}""");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public async Task A_member_that_is_said_twice_is_no_answer()
    {
        Network.AnswerVerify(reply => reply.Text = reply.Text.Replace("\"verdict\":\"revoked\"", "\"verdict\":\"revoked\",\"verdict\":\"verified\"", StringComparison.Ordinal));
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public async Task An_answer_that_is_broken_off_is_no_answer()
    {
        Network.Instead = async (context, path) =>
        {
            if (path != "/v1/verify")
                return false;
            context.Response.ContentLength = 10_000;
            await context.Response.WriteAsync("{\"results\":[", Stop);
            await context.Response.Body.FlushAsync(Stop);
            context.Abort();
            return true;
        };
        Conclude(await User.RunProcessAsync("verify", FileOf("standing"), "--service", Network.Address.ToString()));
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public async Task An_answer_longer_than_any_is_not_read_to_its_end()
    {
        Network.Instead = async (context, path) =>
        {
            if (path != "/v1/verify")
                return false;
            var spaces = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
            for (var i = 0; i < 70 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
            return true;
        };
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "3 took too long")]
    public async Task An_answer_that_comes_drop_by_drop_is_given_up_on()
    {
        Network.Instead = async (context, path) =>
        {
            if (path != "/v1/verify")
                return false;
            for (; !context.RequestAborted.IsCancellationRequested; await Task.Delay(100, CancellationToken.None))
            {
                await context.Response.WriteAsync(" ", CancellationToken.None);
                await context.Response.Body.FlushAsync(CancellationToken.None);
            }

            return true;
        };
        await ConcludeOfAsync("standing", "--timeout", "2");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public async Task Answers_to_other_questions_are_no_answer()
    {
        Network.AnswerVerify(reply => reply.Json(answer => answer["results"]!.AsArray().Add(answer["results"]![0]!.DeepClone())));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "3 503", Before = "3 503")]
    public async Task Who_says_to_come_back_next_year_is_not_waited_for()
    {
        Network.AnswerVerify(reply =>
        {
            (reply.Status, reply.Text) = (503, "");
            reply.Headers["Retry-After"] = "31536000";
        });
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "0 ✔ VERIFIED", Before = "3")]
    public Task A_line_of_an_unknown_signer_with_an_odd_name_does_not_make_an_answer_unreadable() =>
        LineAsync("— evil\u009b2J " + Convert.ToBase64String(new byte[70]) + "\n");

    [Fact]
    [Attack(Who.Network, "0 ✔ VERIFIED", Before = "3")]
    public Task A_line_of_an_unknown_signer_whose_base64_is_written_in_another_way_does_no_harm() => LineAsync("— witness.example " + Convert.ToBase64String(new byte[70])[..^3] + "B==\n");

    [Fact]
    [Attack(Who.Network, "3", Before = "3")]
    public async Task A_zip_that_nobody_asked_for_is_no_answer()
    {
        Network.AnswerVerify(reply =>
        {
            var zipped = new MemoryStream();
            using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
                zip.Write(reply.Body);
            reply.Body = zipped.ToArray();
            reply.Headers["Content-Encoding"] = "gzip";
        });
        await ConcludeOfAsync("standing");
    }

    private async Task LineAsync(string line)
    {
        Network.TamperWithVerdicts(verdict =>
        {
            verdict["checkpoint"]!["note"] = verdict["checkpoint"]!["note"]!.GetValue<string>() + line;
            foreach (var result in verdict["results"]!.AsArray())
                result!["receipt"] = result["receipt"]!.GetValue<string>() + line;
        });
        await ConcludeOfAsync("standing");
    }

    private async Task KeysAsync(string body)
    {
        Network.Answer("/v1/keys", reply => reply.Text = body);
        await ConcludeOfAsync("standing");
    }

    private async Task BodyAsync(string body)
    {
        Network.AnswerVerify(reply => reply.Text = body);
        await ConcludeOfAsync("standing");
    }

    // As a process, because how redirects are followed is decided where the program begins.
    private async Task RedirectAsync(string to)
    {
        Network.AnswerVerify(reply =>
        {
            (reply.Status, reply.Body) = (307, []);
            reply.Headers["Location"] = to;
        });
        Conclude(await User.RunProcessAsync("verify", FileOf("standing"), "--service", Network.Address.ToString()));
    }
}
