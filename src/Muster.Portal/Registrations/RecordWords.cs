using System.Globalization;
using Muster.Core.Registration;

namespace Muster.Portal.Registrations;

/// <summary>Registration records as words and as rows of a spreadsheet.</summary>
internal static class RecordWords
{
    public const string CsvHeader = "registrationId,deviceId,enrollmentKind,enrollmentId,assignedHub,status,substatus,errorCode,errorMessage,firstRegisteredUtc,lastUpdatedUtc";

    public static string Of(RegistrationSubstatus? substatus) => substatus switch
    {
        RegistrationSubstatus.InitialAssignment => "initial assignment",
        RegistrationSubstatus.DeviceDataMigrated => "device data migrated",
        RegistrationSubstatus.DeviceDataReset => "device data reset",
        RegistrationSubstatus.ReprovisionedToInitialAssignment => "reprovisioned to initial assignment",
        _ => "-",
    };

    public static string Csv(RegistrationRecord record) => string.Join(',', new[]
    {
        record.RegistrationId, record.Assignment?.DeviceId, record.EnrollmentKind.ToString().ToLowerInvariant(), record.EnrollmentId,
        record.Assignment?.HubHostName, record.Status.ToString().ToLowerInvariant(), record.Substatus?.ToString(),
        record.ErrorCode?.ToString(CultureInfo.InvariantCulture), record.ErrorMessage,
        record.FirstRegisteredUtc.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), record.LastUpdatedUtc.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
    }.Select(Cell));

    // A cell that begins like a formula would be run by a spreadsheet.
    private static string Cell(string? text)
    {
        text ??= "";
        if (text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\n\r") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
