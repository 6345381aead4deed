using Muster.CommandLine;

return await MusterCommand.RunAsync(args, Console.Out, Console.Error);
