package io.tailrace.cli;

import io.tailrace.cli.client.Quotas;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whose quota it is. */
final class QuotaOwner {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = "--client-id",
            paramLabel = "NAME",
            description = "The clients that call themselves so, all of them together.")
    private @Nullable String clientId;

    @Option(names = "--default", description = "Each client id that has none of its own, for itself.")
    private boolean defaultClientId;

    @Option(
            names = "--principal",
            paramLabel = "NAME",
            description = "Who was authenticated so. For now everybody is 'anonymous'.")
    private @Nullable String principal;

    @Option(names = "--default-principal", description = "Each principal that has none of its own, for itself.")
    private boolean defaultPrincipal;

    Quotas.Whose whose() {
        if (clientId != null && defaultClientId) {
            throw misunderstood("--client-id and --default exclude each other: give one of them.");
        }
        if (principal != null && defaultPrincipal) {
            throw misunderstood("--principal and --default-principal exclude each other: give one of them.");
        }
        if (clientId == null && !defaultClientId && principal == null && !defaultPrincipal) {
            throw misunderstood("Whose quota? Give --client-id NAME, or --default.");
        }
        return new Quotas.Whose(principal, defaultPrincipal, clientId, defaultClientId);
    }

    ParameterException misunderstood(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
