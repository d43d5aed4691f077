package io.tailrace.cli;

import io.tailrace.cli.client.Server;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** As whom a command produces or consumes. */
final class ClientOptions {
    private static final int LONGEST = 255;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = "--client-id",
            paramLabel = "NAME",
            description = "What to call oneself; the quota of that client id holds. Default: no name.")
    private @Nullable String clientId;

    /** The server, told so. */
    Server of(Server server) {
        String name = clientId;
        if (name == null) {
            return server;
        }
        if (name.isBlank() || name.length() > LONGEST || !name.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--client-id is '" + Escaped.text(name, 60) + "': use 1 to " + LONGEST
                            + " printable characters of ASCII.");
        }
        return server.withClientId(name);
    }
}
