using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Muster.Bench.Portal;
using Muster.Bench.ServiceApi;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Store;
using Muster.Portal.Enrollments;
using Muster.Portal.Frame;
using Muster.Portal.SignIn;

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
    await LineAsync(server, "first paint of the list", "< 300 ms", "/i/default/enrollments?tab=individual");
    await LineAsync(server, "last page's end, by ID descending", "< 300 ms", "/i/default/enrollments?tab=individual&sort=IdDescending");
    await LineAsync(server, "by last update", "< 300 ms", "/i/default/enrollments?tab=individual&sort=LastUpdatedDescending");
    foreach (var (what, text) in new[]
    {
        ("a text that all contain", "device"), ("a text that some hundred contain", "99999"), ("a text that one contains", Fleet.Id(enrollments / 2)[7..15]),
        ("a text that none contains", "nowhere"), ("one letter", "d"), ("two letters that begin no ID", "zz"),
    })
    {
        await LineAsync(server, $"search keystroke to rows: {what}", "< 100 ms", $"/i/default/enrollments?tab=individual&q={text}");
    }

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

// What the server does from the question to the rows: it searches, reads the cells, counts, and renders the page. Counting comes after
// the rows in the portal, and is in these figures all the same.
static async Task LineAsync(MusterServer server, string what, string wanted, string path)
{
    var latencies = await Latencies.MeasureAsync(60, _ => RenderAsync(server, path));
    Console.WriteLine($"| {what} | {wanted} | {latencies.Median:N1} ms | {latencies.P99:N1} ms |");
}

static async Task RenderAsync(MusterServer server, string path)
{
    var browser = new FakeBrowser(path);
    var services = server.Services;
    await using var scope = services.CreateAsyncScope();
    var access = ActivatorUtilities.CreateInstance<PortalAccess>(services, FakeBrowser.Person(services.GetRequiredService<PortalSessions>()));
    await access.OpenAsync();
    var own = new ServiceCollection();
    own.AddLogging();
    own.AddSingleton<NavigationManager>(browser);
    own.AddSingleton<Microsoft.JSInterop.IJSRuntime>(browser);
    own.AddSingleton(access);
    own.AddSingleton(services.GetRequiredService<TimeProvider>());
    own.AddSingleton<Notices>();
    own.AddSingleton<ViewerClock>();
    own.AddSingleton(ActivatorUtilities.CreateInstance<EnrollmentDesk>(services, access));
    own.AddSingleton(ActivatorUtilities.CreateInstance<Muster.Portal.Registrations.RegistrationDesk>(services, access));
    own.AddSingleton(ActivatorUtilities.CreateInstance<Muster.Portal.Hubs.HubDesk>(services, access));
    own.AddSupplyValueFromQueryProvider();
    await using var provider = own.BuildServiceProvider();
    await using var renderer = new HtmlRenderer(provider, NullLoggerFactory.Instance);
    var html = await renderer.Dispatcher.InvokeAsync(async () =>
        (await renderer.RenderComponentAsync<ManageEnrollments>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["Name"] = "default" }))).ToHtmlString());
    if (!html.Contains("Individual enrollments", StringComparison.Ordinal)) throw new InvalidOperationException("The page did not render: " + html);
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
