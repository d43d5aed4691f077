package io.tailrace.cli;

import io.tailrace.cli.client.Quotas;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace quota set}. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Gives somebody a quota, instead of the one that was there: what is not named has no limit.",
            "It holds within a second, also for clients that are at work. RATE is bytes a second: 5MB/s, 512KiB, 100000."
        },
        footer = {
            "",
            "  tailrace quota set --client-id billing --produce 5MB/s",
            "  tailrace quota set --default --consume 10MB/s"
        })
final class QuotaSet implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Mixin
    private final QuotaOwner owner = new QuotaOwner();

    @Option(names = "--produce", paramLabel = "RATE", description = "How much may be stored.")
    private @Nullable String produce;

    @Option(names = "--consume", paramLabel = "RATE", description = "How much may be read.")
    private @Nullable String consume;

    QuotaSet(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Quotas.Whose whose = owner.whose();
        if (produce == null && consume == null) {
            throw owner.misunderstood("How much? Give --produce RATE or --consume RATE, or use 'quota delete'.");
        }
        new Quotas(options.server()).set(whose, rate("--produce", produce), rate("--consume", consume));
        terminal.notice("The quota is set.");
        return 0;
    }

    private @Nullable Long rate(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        return ByteRate.parse(text)
                .orElseThrow(() -> owner.misunderstood(option + " is '" + Escaped.text(text, 40)
                        + "': use bytes a second, such as 5MB/s, 512KiB/s or 100000."));
    }
}
