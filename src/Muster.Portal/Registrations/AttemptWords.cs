using Muster.Core.Registration;

namespace Muster.Portal.Registrations;

/// <summary>Why an attempt ended as it did, and what a technician does about it, in a sentence each.</summary>
internal static class AttemptWords
{
    /// <summary>The check that decided, or how it ended.</summary>
    public static string Reason(AttemptTrace trace)
    {
        var failed = trace.Checks.LastOrDefault(check => !check.Passed);
        return (failed, trace.Outcome) switch
        {
            ({ } check, _) => check.Detail,
            (null, AttemptOutcome.Assigned) => $"Assigned to {trace.HubHostName}.",
            (null, AttemptOutcome.Challenged) => "The TPM was given a key; the device must sign with it.",
            (null, AttemptOutcome.Assigning) => "Being assigned.",
            (null, AttemptOutcome.Disabled) => "The enrollment is disabled.",
            _ => trace.ErrorMessage ?? "Refused.",
        };
    }

    /// <summary>What to do next.</summary>
    public static string Advice(AttemptTrace trace)
    {
        var failed = trace.Checks.LastOrDefault(check => !check.Passed)?.Check ?? "";
        return (trace.Outcome, failed) switch
        {
            (AttemptOutcome.Assigned, _) => "Nothing: the device is in its hub.",
            (AttemptOutcome.Assigning, _) => "Wait: the device asks again by itself. If it stays like this, look at the hub's connection under Linked IoT hubs.",
            (AttemptOutcome.Challenged, _) => "Nothing, when an attempt follows that is assigned. Else the device could not load the key: look at its TPM and its log.",
            (AttemptOutcome.Disabled, _) => "Enable the enrollment if the device shall register; otherwise this refusal is as intended.",
            (_, "signature") => "Copy the key from Manage credentials to the device again, or, for a group, derive the device's key on the group's Device code tab.",
            (_, "token resource") => "Set the ID scope and registration ID of the device to those of this service and enrollment.",
            (_, "token expiry") => "Set the device's clock, or let it sign a new token.",
            (_, "token key name") => "Let the device leave the key name empty or send 'registration'.",
            (_, "endorsement key") => "Read the endorsement key on the device, with the software that it registers with, and create the enrollment anew with it.",
            (_, "mechanism") => "Let the device present what the enrollment expects, or create an enrollment for what it presents.",
            (_, "individual enrollment") => "Create an individual enrollment for this registration ID, or correct the ID on the device.",
            (AttemptOutcome.Failed, _) => "Look at Linked IoT hubs: a hub must be linked, take part in allocation and accept the service's key. The device may then try again.",
            _ => "Compare what the failed check expected with what the device presented, correct the one that is wrong, and let the device try again.",
        };
    }
}
