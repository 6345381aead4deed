using System.Text.Json;
using Muster.Core.Attestation.Tpm;
using Xunit;

namespace Muster.Core.Tests.Attestation.Tpm;

/// <summary>Several outstanding challenges per device, their end, and who may displace whom (tpm-attestation 10.1).</summary>
public sealed class TpmChallengesTests
{
    private readonly MovedClock _clock = new();
    private readonly TpmOptions _options = new();
    private readonly TpmChallenges _challenges;
    private readonly TpmKeys _keys = new(Area("ek"), Area("srk"));

    public TpmChallengesTests() => _challenges = new TpmChallenges(_options, _clock);

    [Fact]
    public void Each_of_several_challenges_can_be_answered_and_the_first_answer_drops_the_others()
    {
        foreach (byte number in (byte[])[1, 2, 3]) Add(number);

        Assert.NotNull(Prove(2));

        Assert.NotNull(Prove(2));
        Assert.Null(Prove(1));
        Assert.Null(Prove(3));
    }

    [Fact]
    public void A_flood_from_one_address_leaves_the_challenge_of_another_alone()
    {
        Add(1, "192.0.2.1");
        for (var number = 0; number < 200; number++) Add(2, "192.0.2.66");

        Assert.NotNull(Prove(1));
    }

    [Fact]
    public void An_address_holds_eight_challenges_and_its_oldest_goes_first()
    {
        for (byte number = 1; number <= TpmChallenges.MaxPerSource + 1; number++) Add(number);

        Assert.Null(Prove(1));
        Assert.NotNull(Prove(2));
    }

    [Fact]
    public void An_unanswered_challenge_ends_after_ten_minutes_and_an_answered_one_a_day_after()
    {
        Add(1);
        _clock.Move(_options.ChallengeLifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(Prove(1));
        _clock.Move(_options.ProofLifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(Prove(1));
        _clock.Move(TimeSpan.FromSeconds(1));
        Assert.Null(Prove(1));

        Add(2);
        _clock.Move(_options.ChallengeLifetime);
        Assert.Null(Prove(2));
    }

    [Fact]
    public void A_settled_proof_serves_repeated_polls_for_ten_minutes_more()
    {
        Add(1);
        Assert.NotNull(Prove(1));
        _challenges.Settle("default", "DEVICE");
        _clock.Move(_options.ChallengeLifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(Prove(1));
        _clock.Move(TimeSpan.FromSeconds(1));
        Assert.Null(Prove(1));
    }

    [Fact]
    public void A_new_endorsement_key_of_the_enrollment_voids_challenges()
    {
        Add(1);
        Assert.Null(_challenges.Prove("default", "device", Area("ekImportable"), _ => true, out _));
        Assert.Null(Prove(1));
    }

    [Theory]
    [InlineData("other", "device")]
    [InlineData("default", "other")]
    public void A_challenge_is_for_one_device_of_one_instance(string instance, string device)
    {
        Add(1);
        Assert.Null(_challenges.Prove(instance, device, _keys.Endorsement, _ => true, out var outstanding));
        Assert.Equal(0, outstanding);
    }

    private void Add(byte number, string source = "192.0.2.1") => _challenges.Add("default", "device", _keys, [number], source);

    private TpmKeys? Prove(byte number) => _challenges.Prove("default", "Device", _keys.Endorsement, nonce => nonce[0] == number, out _);

    private static TpmPublicArea Area(string name)
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "TestData", "tpm", "vectors.json")));
        var text = vectors.RootElement.GetProperty("publicAreas").GetProperty(name).GetProperty("tpm2bPublicBase64").GetString()!;
        return TpmPublicArea.TryParseBase64(text, out var area, out var problem) ? area! : throw new InvalidDataException(problem);
    }

    private sealed class MovedClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Move(TimeSpan by) => _now += by;
    }
}
