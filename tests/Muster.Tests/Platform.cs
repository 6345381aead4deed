using System.Runtime.Versioning;

// The tests look at Unix file modes and signals; ./test runs on Linux.
[assembly: SupportedOSPlatform("linux")]
