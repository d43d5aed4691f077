package io.tailrace.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.http.HttpServer;
import io.tailrace.http.HttpSettings;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code tailrace rehearse}: what the others do, once, in one process and in a directory of its own, so that the launcher can
 * archive the classes of all of them. Not for people.
 */
@Command(
        name = "rehearse",
        hidden = true,
        description = "Loads what the other commands load, for the launcher's archive of classes.")
final class RehearseCommand implements Callable<Integer> {
    private static final String TOPIC = "rehearsal";

    @Parameters(index = "0", paramLabel = "DIR", description = "An empty directory; what is left in it is of no use.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Path directory;

    @Override
    public Integer call() {
        Config settings = ConfigFactory.parseMap(
                Map.of("tailrace.data-dir", directory.resolve("served").toString(), "tailrace.http.port", 0));
        int failed = 0;
        try (EmbeddedNode node = EmbeddedNode.start(settings)) {
            HttpServer server = EmbeddedNode.await(HttpServer.start(node.tailrace(), HttpSettings.of(settings)));
            String url = "http://127.0.0.1:" + server.address().getPort();
            failed += run(url, "topic", "create", TOPIC, "--set", "retention.ms=-1");
            failed += run(url, "topic", "list");
            failed += run(url, "produce", TOPIC, "--key-separator", "=", "--header", "a=b");
            failed += run(url, "consume", TOPIC, "--until-end", "--format", "%o %k %v %h\n");
            failed += run(url, "topic", "describe", TOPIC);
            failed += run(url, "topic", "delete", TOPIC);
            EmbeddedNode.await(server.close());
        }
        return failed == 0 ? 0 : Main.FAILED;
    }

    private static int run(String url, String... args) {
        byte[] lines = "key=value\n\"\u00fc\"\n".getBytes(StandardCharsets.UTF_8);
        OutputStream nowhere = OutputStream.nullOutputStream();
        PrintStream silent = new PrintStream(nowhere, false, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(lines), nowhere, silent, System.err, false, false, false, false, 80);
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--url", url));
        return Main.run(terminal, all.toArray(String[]::new));
    }
}
