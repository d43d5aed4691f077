package io.tailrace.test.groups;

import io.tailrace.test.torture.Host;
import io.tailrace.test.torture.NodeProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link MemberMain} in a process of its own, and what it has said. */
final class MemberProcess {
    private final Process process;
    private final Thread reader;
    private final List<Deed> done = new ArrayList<>();
    private final List<Deed> committed = new ArrayList<>();

    /**
     * A record that was done, or up to which a partition was committed.
     *
     * @param number that the record holds; -1 of a commit
     * @param atMillis when, by the process
     */
    record Deed(long number, int partition, long offset, long atMillis) {}

    MemberProcess(Path directory, String group, String name, String topic, List<String> seeds, Tally tally)
            throws IOException {
        process = new ProcessBuilder(NodeProcess.java(
                        new Host(name, "127.0.0.1", List.of()),
                        96,
                        MemberMain.class.getName(),
                        List.of(group, name, topic, directory.resolve(name).toString(), String.join(",", seeds))))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(name + ".log").toFile()))
                .start();
        reader = new Thread(() -> read(tally), name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Tally tally) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("done") && words.length == 5) {
                    heard(done, deed(words, 1));
                    tally.done(Long.parseLong(words[1]));
                } else if (words[0].equals("committed") && words.length == 4) {
                    heard(committed, deed(words, 0));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Deed deed(String[] words, int skipped) {
        return new Deed(
                skipped == 0 ? -1 : Long.parseLong(words[1]),
                Integer.parseInt(words[1 + skipped]),
                Long.parseLong(words[2 + skipped]),
                Long.parseLong(words[3 + skipped]));
    }

    private synchronized void heard(List<Deed> deeds, Deed deed) {
        deeds.add(deed);
    }

    synchronized List<Deed> done() {
        return List.copyOf(done);
    }

    synchronized List<Deed> committed() {
        return List.copyOf(committed);
    }

    synchronized boolean hasCommitted() {
        return !committed.isEmpty();
    }

    /** {@code kill -9}; all that it has said until then is known when this returns. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join(TimeUnit.SECONDS.toMillis(30));
    }

    /** Has it leave in order. */
    void stop() throws IOException, InterruptedException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            kill();
            throw new IOException("A member did not leave within a minute");
        }
        reader.join(TimeUnit.SECONDS.toMillis(30));
    }
}
