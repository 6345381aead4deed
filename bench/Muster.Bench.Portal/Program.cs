using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Bench.Portal;
using Muster.Bench.ServiceApi;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Store;
using Muster.Portal.Enrollments;
using Muster.Portal.Registrations;

// Measures the enrollment list of the portal at a million enrollments, and what an idle session costs; prints a Markdown table.
// Arguments: enrollments (1000000), records (100000), sessions (40).
const int Batch = 500;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var enrollments = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var records = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
var sessions = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 40;

var folder = Directory.CreateTempSubdirectory("muster-bench-").FullName;
try
{
    var options = new MusterOptions { DataFolder = folder, HttpsPort = 0, MqttPort = 0, AmqpPort = 0, PortalPort = 0, CrlPort = 0 };
    await using var server = await MusterServer.StartAsync(options, new ProvisioningParts(), TimeProvider.System, TextWriter.Null, CancellationToken.None);
    await ImportAsync(server.Services.GetRequiredService<IProvisioningStore>());
    Console.WriteLine($"{enrollments:N0} individual enrollments, {records:N0} records; {Environment.ProcessorCount} cores, "
        + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
    Console.WriteLine();
    Console.WriteLine("| server time | wanted | median | p99 |");
    Console.WriteLine("| --- | --- | --- | --- |");
    await ListAsync("first paint of the list", "< 300 ms", "tab=individual");
    await ListAsync("last page's end, by ID descending", "< 300 ms", "tab=individual&sort=IdDescending");
    await ListAsync("by last update", "< 300 ms", "tab=individual&sort=LastUpdatedDescending");
    await ListAsync("only disabled ones", "< 300 ms", "tab=individual&status=Disabled");
    foreach (var (what, text) in new[]
    {
        ("a text that all contain", "device"), ("a text that some hundred contain", "99999"), ("a text that one contains", Fleet.Id(enrollments / 2)[7..15]),
        ("a text that none contains", "nowhere"), ("one letter", "d"), ("two letters that begin no ID", "zz"),
    })
    {
        await ListAsync($"search keystroke to rows: {what}", "< 100 ms", $"tab=individual&q={text}");
    }

    var one = Fleet.Id(records / 2);
    await LineAsync<EnrollmentDetails>("opening one enrollment", "< 300 ms", $"enrollments/individual/{one}", "Symmetric key", new() { ["Segment"] = one });
    await LineAsync<RegistrationPage>("opening one record", "< 300 ms", $"registrations/{one}", "hub1.example.net", new() { ["Id"] = one });
    await LineAsync<RegistrationsPage>("first paint of the records", "< 300 ms", "registrations", "hub1.example.net", []);
    await LineAsync<RegistrationsPage>("records by last change", "< 300 ms", "registrations?sort=LastUpdatedDescending", "hub1.example.net", []);

    // What the server does from the question to the rows: it searches, reads the cells, counts, and renders the page. Counting comes
    // after the rows in the portal, and is in these figures all the same.
    async Task LineAsync<TPage>(string what, string wanted, string path, string text, Dictionary<string, object?> parameters)
        where TPage : IComponent
    {
        parameters["Name"] = "default";
        var latencies = await Latencies.MeasureAsync(60, async _ =>
        {
            var html = await PageRenderer.RenderAsync<TPage>(server, "/i/default/" + path, parameters);
            if (!html.Contains(text, StringComparison.Ordinal)) throw new InvalidOperationException("The page did not render: " + html);
        });
        Console.WriteLine($"| {what} | {wanted} | {latencies.Median:N1} ms | {latencies.P99:N1} ms |");
    }

    Task ListAsync(string what, string wanted, string query) =>
        LineAsync<ManageEnrollments>(what, wanted, "enrollments?" + query, "Individual enrollments", []);

    Console.WriteLine();
    Console.WriteLine(await SessionsAsync(server));
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task ImportAsync(IProvisioningStore store)
{
    Console.Error.WriteLine("Importing ...");
    await Parallel.ForEachAsync(
        Enumerable.Range(0, enrollments / Batch),
        new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (batch, cancellationToken) => await store.CommitAsync(
            [.. Enumerable.Range(batch * Batch, Batch).Select(i => new PutEnrollment(Fleet.Enrollment(i), null))], cancellationToken));
    for (var i = 0; i < records; i += Batch)
    {
        await store.CommitAsync(
            [.. Enumerable.Range(i, Batch).Select(number => new PutRegistration(Fleet.Record(number), null))], CancellationToken.None);
    }
}

// Real sessions of a real browser, each with the enrollment list open and nobody touching it.
async Task<string> SessionsAsync(MusterServer server)
{
    Console.Error.WriteLine("Opening sessions ...");
    using var playwright = await Playwright.CreateAsync();
    await using var browser = await playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    await using var context = await browser.NewContextAsync();
    context.SetDefaultTimeout(120_000);
    var first = await context.NewPageAsync();
    await first.GotoAsync(server.Endpoints.Portal);
    var address = new Uri(new Uri(server.Endpoints.Portal), "/i/default/enrollments?tab=individual").AbsoluteUri;
    await OpenAsync(first);
    var before = Heap();
    for (var i = 0; i < sessions; i++) await OpenAsync(await context.NewPageAsync());
    var each = (Heap() - before) / (double)sessions / 1024 / 1024;
    return $"An idle session with the enrollment list open keeps {each:N2} MB of managed memory (wanted: below 1 MB; {sessions} sessions of Chromium).";

    async Task OpenAsync(IPage page)
    {
        await page.GotoAsync(address);
        await page.Locator("tbody tr").First.WaitForAsync();
    }

    static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
