using System.Security.Cryptography;

namespace Muster.Core.Registration;

/// <summary>Operation IDs: digit, dot, 16 hex digits, dot, GUID (device-protocols 1.5). Free of characters that URLs or topics would escape.</summary>
public static class OperationIds
{
    /// <summary>A fresh ID, 55 characters.</summary>
    public static string Create() => $"5.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.{Guid.NewGuid()}";
}
