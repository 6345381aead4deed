using System.Globalization;
using Muster.Core.Registration;
using Muster.Portal.Frame;

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

    public static string Csv(RegistrationRecord record) => CsvText.Row(
        record.RegistrationId, record.Assignment?.DeviceId, record.EnrollmentKind.ToString().ToLowerInvariant(), record.EnrollmentId,
        record.Assignment?.HubHostName, record.Status.ToString().ToLowerInvariant(), record.Substatus?.ToString(),
        record.ErrorCode?.ToString(CultureInfo.InvariantCulture), record.ErrorMessage,
        record.FirstRegisteredUtc.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), record.LastUpdatedUtc.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
}
