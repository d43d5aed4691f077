package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Quotas;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tailrace quota list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Lists the quotas, in bytes a second. Of several that fit a client the most special one holds.")
final class QuotaList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--format", paramLabel = "text|json", description = "json: one JSON document. Default: text.")
    private OutputFormat format = OutputFormat.TEXT;

    QuotaList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode answer = new Quotas(options.server()).list();
        if (format == OutputFormat.JSON) {
            terminal.out().println(answer);
            return 0;
        }
        TextTable table = new TextTable("principal", "client-id", "produce", "consume");
        for (JsonNode quota : answer.path("quotas")) {
            table.row(
                    whose(quota, "principal"),
                    whose(quota, "client_id"),
                    rate(quota, "producer_byte_rate"),
                    rate(quota, "consumer_byte_rate"));
        }
        table.lines().forEach(terminal.out()::println);
        return 0;
    }

    private static String whose(JsonNode quota, String field) {
        if (!quota.has(field)) {
            return "-";
        }
        return quota.path(field).isNull() ? "(default)" : TopicDescribe.cell(quota.path(field));
    }

    private static String rate(JsonNode quota, String field) {
        return quota.has(field) ? TopicDescribe.cell(quota.path(field)) : "unlimited";
    }
}
