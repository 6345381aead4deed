using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Muster.Bench.ServiceApi;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Queries;
using Muster.Core.Store;
using Muster.Storage.Sqlite;

// Measures the services behind the service API, in process, over a store of a million enrollments; prints a Markdown table.
// Arguments: enrollments (1000000), records (100000), creations (20000).
const int Batch = 500;
const int Callers = 32;
const string DisabledOnes = "SELECT * FROM enrollments WHERE provisioningStatus = 'disabled'";

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var enrollments = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var records = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
var creations = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 20_000;

var folder = Directory.CreateTempSubdirectory("muster-bench-").FullName;
try
{
    await RunAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task RunAsync()
{
    var options = new SqliteStoreOptions { Path = Path.Combine(folder, "muster.db"), SecretsKey = new byte[32] };
    var store = await OpenAsync(options);
    await store.CommitAsync([new PutInstance(Fleet.Instance, null)], CancellationToken.None);

    Console.Error.WriteLine("Importing ...");
    var clock = Stopwatch.StartNew();
    await Parallel.ForEachAsync(
        Enumerable.Range(0, enrollments / Batch),
        new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (batch, cancellationToken) => await store.CommitAsync(
            [.. Enumerable.Range(batch * Batch, Batch).Select(i => new PutEnrollment(Fleet.Enrollment(i), null))], cancellationToken));
    var import = enrollments / clock.Elapsed.TotalSeconds;
    for (var i = 0; i < records; i += Batch)
    {
        await store.CommitAsync(
            [.. Enumerable.Range(i, Batch).Select(number => new PutRegistration(Fleet.Record(number), null))], CancellationToken.None);
    }

    await store.DisposeAsync();

    Console.Error.WriteLine("Starting ...");
    clock.Restart();
    store = await OpenAsync(options);
    await using var opened = store;
    var directory = new InstanceDirectory(store, TimeProvider.System);
    await directory.LoadAsync(CancellationToken.None);
    var service = new EnrollmentService(store, TimeProvider.System);
    var queries = new QueryService(store, ContinuationTokens.Ephemeral());
    var first = await service.FindAsync(directory.Instances[0], EnrollmentKind.Individual, Fleet.Id(0), CancellationToken.None);
    if (first.Value is null) throw new InvalidOperationException("The first enrollment is missing.");
    var start = clock.Elapsed.TotalSeconds;

    Console.Error.WriteLine("Reading ...");
    var instance = directory.Instances[0];
    var random = new Random(1);
    var find = await Latencies.MeasureAsync(20_000, _ =>
        service.FindAsync(instance, EnrollmentKind.Individual, Fleet.Id(random.Next(enrollments)), CancellationToken.None));
    string? continuation = null;
    var page = await Latencies.MeasureAsync(300, async _ =>
    {
        var result = await queries.ListEnrollmentsAsync(
            instance, EnrollmentKind.Individual, DisabledOnes, continuation, 100, CancellationToken.None);
        continuation = result.Value!.Continuation;
    });

    Console.Error.WriteLine("Creating ...");
    clock.Restart();
    await Parallel.ForEachAsync(
        Enumerable.Range(enrollments, creations),
        new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (number, cancellationToken) =>
        {
            var result = await service.PutAsync(
                AuditCaller.Process, instance, EnrollmentKind.Individual, Fleet.Id(number), Fleet.Definition, ETagCondition.None, cancellationToken);
            if (result.Refusal is { } refusal) throw new InvalidOperationException(refusal.Message);
        });
    var create = creations / clock.Elapsed.TotalSeconds;

    Console.Error.WriteLine("The same by bare SQLite ...");
    using var bare = new BareSqlite(Path.Combine(folder, "bare.db"));
    var documents = ReadDocuments(options.Path);
    clock.Restart();
    foreach (var rows in Enumerable.Range(0, enrollments).Select(Row).Chunk(Batch)) bare.Insert(rows);
    var bareImport = enrollments / clock.Elapsed.TotalSeconds;
    var bareFind = await Latencies.MeasureAsync(20_000, _ =>
    {
        bare.Find(Fleet.Id(random.Next(enrollments)));
        return Task.CompletedTask;
    });
    var barePage = await Latencies.MeasureAsync(300, i =>
    {
        bare.Page(Fleet.Id(i));
        return Task.CompletedTask;
    });
    clock.Restart();
    foreach (var rows in Enumerable.Range(enrollments, creations).Select(Row).Chunk(Callers)) bare.Insert(rows);
    var bareCreate = creations / clock.Elapsed.TotalSeconds;

    Console.WriteLine($"{enrollments:N0} individual enrollments, {records:N0} records; {Environment.ProcessorCount} cores, "
        + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
    Console.WriteLine();
    Console.WriteLine("| work | wanted | Muster | bare SQLite | ratio |");
    Console.WriteLine("| --- | --- | --- | --- | --- |");
    Line("read by ID, median", "", find.Median, bareFind.Median, "ms", slower: true);
    Line("read by ID, p99", "< 1 ms", find.P99, bareFind.P99, "ms", slower: true);
    Line("page of 100, indexed WHERE, median", "", page.Median, barePage.Median, "ms", slower: true);
    Line("page of 100, indexed WHERE, p99", "< 30 ms", page.P99, barePage.P99, "ms", slower: true);
    Line($"create, {Callers} callers", ">= 2,000/s", create, bareCreate, "/s", slower: false);
    Line($"import, {Batch} a commit", "> 10,000/s", import, bareImport, "/s", slower: false);
    Console.WriteLine($"| start | < 3 s | {start:N2} s | | |");

    (string Key, bool IsDisabled, byte[] Document) Row(int number) =>
        (Fleet.Id(number), number % 100 == 7, documents[number % documents.Count]);
}

static Task<SqliteProvisioningStore> OpenAsync(SqliteStoreOptions options) =>
    SqliteProvisioningStore.OpenAsync(options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

// Real documents, a thousand of them, so that reading them is no part of what is measured.
static List<byte[]> ReadDocuments(string path)
{
    using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = "SELECT document FROM enrollments LIMIT 1000";
    using var reader = command.ExecuteReader();
    var documents = new List<byte[]>();
    while (reader.Read()) documents.Add(reader.GetFieldValue<byte[]>(0));
    return documents;
}

static void Line(string work, string wanted, double own, double bare, string unit, bool slower)
{
    var format = unit == "ms" ? "N3" : "N0";
    var (left, right) = (own.ToString(format, CultureInfo.InvariantCulture), bare.ToString(format, CultureInfo.InvariantCulture));
    var ratio = (slower ? own / bare : bare / own).ToString("N1", CultureInfo.InvariantCulture);
    Console.WriteLine($"| {work} | {wanted} | {left} {unit} | {right} {unit} | {ratio} |");
}
