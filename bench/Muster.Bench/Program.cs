using Muster.Bench;

if (BenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchOptions.Usage);
    return 2;
}

var folder = Directory.CreateTempSubdirectory("muster-bench-").FullName;
try
{
    var keys = BenchKeys.Create(folder);
    var data = Path.Combine(folder, "data");
    var scope = await MusterSeed.PlantAsync(data, keys);
    if (options.Door != "https" && options.Only != "nginx") await new MqttComparison(options, keys, folder, data, scope).RunAsync(Console.Out);
    if (options.Door is null) await Console.Out.WriteLineAsync();
    if (options.Door != "mqtt" && options.Only != "mosquitto") await new HttpsComparison(options, keys, folder, data, scope).RunAsync(Console.Out);
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
