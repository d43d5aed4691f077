package io.tailrace.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace completion}: the script that lets a shell complete commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Prints a script that completes commands and options in your shell.",
        footer = {
            "",
            "  source <(tailrace completion bash)      # in ~/.bashrc",
            "  source <(tailrace completion zsh)       # in ~/.zshrc, after compinit"
        })
final class CompletionCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "bash|zsh", description = "The shell.")
    @SuppressWarnings("UnusedVariable") // The script is one for both: it asks the shell.
    private Shell shell = Shell.BASH;

    /** The shells that the script is for. */
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        terminal.out().print(AutoComplete.bash("tailrace", spec.root().commandLine()));
    }
}
