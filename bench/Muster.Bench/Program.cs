using Muster.Bench;

if (BenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchOptions.Usage);
    return 2;
}

var folder = Directory.CreateTempSubdirectory("muster-bench-").FullName;
try
{
    await new Comparison(options, folder).RunAsync(Console.Out);
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
