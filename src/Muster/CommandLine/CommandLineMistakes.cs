using System.CommandLine;
using Muster.Configuration;

namespace Muster.CommandLine;

/// <summary>Words for what is wrong on the command line itself, beside what is wrong with the values.</summary>
public static class CommandLineMistakes
{
    /// <summary>Adds unknown options, stray words and options without value.</summary>
    public static void AddTo(ICollection<OptionMistake> mistakes, ParseResult parse)
    {
        var allowed = string.Join(", ", parse.CommandResult.Command.Options.Select(option => option.Name));
        var afterUnknownOption = false;
        foreach (var token in parse.UnmatchedTokens)
        {
            var isOption = token.StartsWith('-');
            if (isOption)
                mistakes.Add(new(token, null, $"There is no such option. Allowed are {allowed}."));
            else if (!afterUnknownOption)
                mistakes.Add(new($"'{token}'", null, "It belongs to no option. Allowed are options, each followed by its value."));

            // The word after an unknown option is most likely its value: one mistake, not two.
            afterUnknownOption = isOption;
        }

        foreach (var option in parse.CommandResult.Command.Options)
        {
            if (option.Arity.MaximumNumberOfValues > 0
                && parse.GetResult(option) is { Implicit: false } result && result.Tokens.Count < result.IdentifierTokenCount)
                mistakes.Add(new(option.Name, null, $"Its value is missing. Allowed is {option.Name} {option.HelpName}."));
        }
    }

    /// <summary>Prints every mistake and where the help is.</summary>
    /// <returns><see cref="ExitCode.WrongOptions"/>.</returns>
    public static async Task<int> PrintAsync(IReadOnlyList<OptionMistake> mistakes, TextWriter error, string help)
    {
        await error.WriteLineAsync(mistakes.Count == 1 ? "One option is wrong:" : $"{mistakes.Count} options are wrong:");
        foreach (var mistake in mistakes) await error.WriteLineAsync($"  {mistake}");
        await error.WriteLineAsync($"'{help}' explains every option.");
        return ExitCode.WrongOptions;
    }
}
