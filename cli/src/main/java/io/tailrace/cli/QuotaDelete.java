package io.tailrace.cli;

import io.tailrace.cli.client.Quotas;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tailrace quota delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Takes somebody's quota away. A default one may hold instead.")
final class QuotaDelete implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Mixin
    private final QuotaOwner owner = new QuotaOwner();

    QuotaDelete(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        new Quotas(options.server()).delete(owner.whose());
        terminal.notice("The quota is gone.");
        return 0;
    }
}
