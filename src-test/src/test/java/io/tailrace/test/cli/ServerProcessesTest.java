package io.tailrace.test.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server and its clients, each a process of its own with real pipes and real signals. */
class ServerProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern SERVES = Pattern.compile("Tailrace serves at (http://\\S+), data in (.*)\\. Ctrl-C.*");
    /** As the launcher runs clients. */
    private static final List<String> CLIENT =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx64m");

    @TempDir
    private static Path directory;

    private static Path jar = Path.of("");
    private static Process server;
    private static String url = "";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger FILES = new AtomicInteger();

    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void startServer() throws IOException {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "signals and pipes of Unix");
        jar = ShadedJar.find();
        Path err = directory.resolve("err-of-server");
        server = new ProcessBuilder(ShadedJar.command(
                        jar,
                        List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        "start",
                        "--port",
                        "0",
                        "--data-dir",
                        directory.resolve("data").toString()))
                .redirectError(err.toFile())
                .start();
        url = servesAt(server, err);
    }

    /** Waits for the line that says so. */
    private static String servesAt(Process process, Path err) {
        await().atMost(PATIENCE).until(() -> Files.readString(err).contains("\n") || !process.isAlive());
        String said = readString(err);
        Matcher serves = SERVES.matcher(said.strip());
        return serves.matches() ? serves.group(1) : fail("It does not serve, but says: " + said);
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void serverStillServesAndIsQuiet() {
        if (server != null) {
            assertThat(readString(directory.resolve("err-of-server"))).hasLineCount(1);
            assertThat(server.isAlive()).isTrue();
            server.destroyForcibly();
        }
    }

    @AfterEach
    void stopClients() {
        started.forEach(Process::destroyForcibly);
    }

    /** A client process and where its standard error goes. */
    private record Client(Process process, Path errFile) {
        int ended() throws InterruptedException {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ended by itself")
                    .isTrue();
            return process.exitValue();
        }

        void endedWell() throws IOException, InterruptedException {
            int exitCode = ended();
            assertThat(exitCode).as(err()).isZero();
        }

        String err() throws IOException {
            return Files.readString(errFile);
        }

        void interrupt() throws IOException, InterruptedException {
            String pid = Long.toString(process.pid());
            assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor())
                    .isZero();
        }

        OutputStream in() {
            return process.getOutputStream();
        }

        InputStream out() {
            return process.getInputStream();
        }
    }

    /** Without a process, which takes longer to start. */
    private static void create(String server, String topic) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/v1/topics"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + topic + "\"}"))
                .build();
        assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(201);
    }

    private static ProcessBuilder command(String... args) {
        ProcessBuilder builder = new ProcessBuilder(ShadedJar.command(jar, CLIENT, args));
        builder.environment().put("TAILRACE_URL", url);
        return builder;
    }

    private Client start(ProcessBuilder builder) throws IOException {
        Path err = directory.resolve("err" + FILES.incrementAndGet());
        Process process = builder.redirectError(err.toFile()).start();
        started.add(process);
        return new Client(process, err);
    }

    private Client start(String... args) throws IOException {
        return start(command(args));
    }

    @Test
    void bytesGoThroughPipesUnchanged() throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(7).nextBytes(bytes);
        Path input = Files.write(directory.resolve("random"), bytes);
        create(url, "bytes");
        start(command("produce", "bytes").redirectInput(input.toFile())).endedWell();
        Path output = directory.resolve("random-out");
        start(command("consume", "bytes", "--until-end").redirectOutput(output.toFile()))
                .endedWell();
        String expected = new String(bytes, ISO_8859_1) + (bytes[bytes.length - 1] == '\n' ? "" : "\n");
        assertThat(Files.readString(output, ISO_8859_1).equals(expected)).isTrue();
    }

    @Test
    void lineIsDeliveredAtOnceAndSeenAtOnceWhileBothPipesStayOpen() throws Exception {
        create(url, "tail");
        Client consumer = start("consume", "tail");
        Client producer = start("produce", "tail");
        BufferedReader seen = new BufferedReader(new InputStreamReader(consumer.out(), UTF_8));
        OutputStream lines = producer.in();
        for (String line : List.of("one", "two", "three")) {
            lines.write((line + "\n").getBytes(UTF_8));
            lines.flush();
            assertThat(seen.readLine()).isEqualTo(line);
        }
        lines.write("no end".getBytes(UTF_8));
        lines.close();
        assertThat(producer.ended()).isZero();
        assertThat(seen.readLine()).isEqualTo("no end");
        consumer.interrupt();
        assertThat(consumer.ended()).isEqualTo(130);
        assertThat(seen.readLine()).isNull();
    }

    @Test
    void consumerEndsQuietlyWhenNobodyReadsOn() throws Exception {
        create(url, "head");
        Path input = Files.writeString(directory.resolve("lines"), "some line\n".repeat(40_000));
        start(command("produce", "head").redirectInput(input.toFile())).endedWell();
        Client consumer = start("consume", "head");
        try (BufferedReader seen = new BufferedReader(new InputStreamReader(consumer.out(), UTF_8))) {
            assertThat(seen.readLine()).isEqualTo("some line");
        }
        assertThat(consumer.ended()).isZero();
        assertThat(consumer.err()).isEmpty();
    }

    @Test
    void interruptedProducerHasStoredWhatItRead() throws Exception {
        create(url, "interrupted");
        Client producer = start("produce", "interrupted");
        OutputStream lines = producer.in();
        lines.write("1\n2\n3\nhalf a li".getBytes(UTF_8));
        lines.flush();
        Client consumer = start("consume", "interrupted", "--count", "3");
        assertThat(consumer.ended()).isZero();
        producer.interrupt();
        assertThat(producer.ended()).isEqualTo(130);
        assertThat(producer.err())
                .isEqualTo("Interrupted after line 3: 3 records stored; the 9 bytes of a line without an end were not"
                        + " sent.\n");
    }

    @Test
    void producerInterruptedUnderLoadHasStoredAllThatItSays() throws Exception {
        create(url, "load");
        Client producer = start("produce", "load");
        Thread feeder = new Thread(() -> feed(producer.in()));
        feeder.start();
        Client first = start("consume", "load", "--count", "20000");
        first.out().readAllBytes();
        producer.interrupt();
        assertThat(producer.ended()).isEqualTo(130);
        feeder.join();
        Matcher told = Pattern.compile("Interrupted after line (\\d+): (\\d+) records stored.*\n")
                .matcher(producer.err());
        assertThat(told.matches()).as(producer.err()).isTrue();
        assertThat(told.group(1)).isEqualTo(told.group(2));
        Client all = start("consume", "load", "--until-end");
        String stored = new String(all.out().readAllBytes(), UTF_8);
        assertThat(stored.lines().count()).isEqualTo(Long.parseLong(told.group(2)));
        assertThat(stored).endsWith("\nline " + told.group(2) + "\n");
    }

    @Test
    void interruptedConsumerOfAGroupHasCommittedWhatItPrinted() throws Exception {
        create(url, "shared");
        int lines = 200_000;
        String all = IntStream.range(0, lines).mapToObj(i -> i + "\n").collect(Collectors.joining());
        Path input = Files.writeString(directory.resolve("numbers"), all);
        start(command("produce", "shared").redirectInput(input.toFile())).endedWell();
        Client first = start("consume", "shared", "--group", "readers");
        List<String> printed = new ArrayList<>();
        try (BufferedReader seen = new BufferedReader(new InputStreamReader(first.out(), UTF_8))) {
            printed.add(seen.readLine());
            first.interrupt();
            seen.lines().forEach(printed::add);
        }
        assertThat(first.ended()).isEqualTo(130);
        assertThat(first.err()).isEmpty();
        assertThat(printed).hasSizeLessThan(lines);
        Client second =
                start("consume", "shared", "--group", "readers", "--count", Integer.toString(lines - printed.size()));
        new BufferedReader(new InputStreamReader(second.out(), UTF_8)).lines().forEach(printed::add);
        second.endedWell();
        assertThat(String.join("\n", printed) + "\n").isEqualTo(all);
    }

    /** Numbered lines until nobody takes them. */
    private static void feed(OutputStream lines) {
        try (lines) {
            for (long line = 1; ; line++) {
                lines.write(("line " + line + "\n").getBytes(UTF_8));
            }
        } catch (IOException e) {
            // The producer has ended.
        }
    }

    @Test
    void portOrDirectoryThatIsTakenIsOneLine() throws Exception {
        String port = url.substring(url.lastIndexOf(':') + 1);
        Client second = start("start", "--data-dir", directory.resolve("other").toString(), "--port", port);
        assertThat(second.ended()).isEqualTo(1);
        assertThat(second.err().lines())
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains(":" + port);
        Client third = start("start", "--data-dir", directory.resolve("data").toString(), "--port", "0");
        assertThat(third.ended()).isEqualTo(1);
        assertThat(third.err().lines()).singleElement().asString().startsWith("error: DATA_DIR_IN_USE ");
    }

    @Test
    void serverThatIsToldToStopClosesInOrderAndItsClientsAreTold() throws Exception {
        Path data = directory.resolve("stopped");
        Path settings = Files.writeString(
                directory.resolve("settings"), "tailrace { data-dir = \"" + data + "\", http.port = 0 }");
        Client node = start("start", "--config", settings.toString());
        String address = servesAt(node.process(), node.errFile());
        create(address, "t");
        Client consumer = start("consume", "t", "--url", address);
        Client producer = start("produce", "t", "--url", address);
        producer.in().write("x\n".getBytes(UTF_8));
        producer.in().close();
        assertThat(producer.ended()).isZero();
        assertThat(consumer.out().readNBytes(2)).isEqualTo("x\n".getBytes(UTF_8));
        node.process().destroy();
        assertThat(node.ended()).isEqualTo(143);
        assertThat(consumer.ended()).isEqualTo(1);
        assertThat(consumer.err().lines()).singleElement().asString().startsWith("error: ");
        try (var walk = Files.walk(data)) {
            assertThat(walk.map(Path::getFileName).map(Path::toString)).contains("clean-stop");
        }
    }
}
