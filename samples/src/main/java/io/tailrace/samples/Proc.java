package io.tailrace.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What Linux tells under {@code /proc}; says nothing elsewhere. Shares and rates are those since the last call. */
final class Proc {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final int IDLE = 4;
    private static final int IO_WAIT = 5;
    private static final double KILOBYTES_PER_MEGABYTE = 1000;
    private static final List<String> MEMORY = List.of("MemAvailable", "Cached", "Dirty");

    private final Path root;
    private final Map<String, Double> before = new HashMap<>();

    Proc(Path root) {
        this.root = root;
    }

    void measure(MachineMeasurements.Measure measure, double seconds) {
        cores(measure);
        memory(measure);
        network(measure, seconds);
        for (String line : lines("self/io")) {
            String[] words = BLANKS.split(line.strip(), -1);
            if (words[0].equals("read_bytes:") || words[0].equals("write_bytes:")) {
                String name = "process/" + words[0].substring(0, words[0].indexOf('_'));
                measure.add(name, "MB/s", since(name, Double.parseDouble(words[1]) / 1e6) / seconds);
            }
        }
    }

    private void cores(MachineMeasurements.Measure measure) {
        for (String line : lines("stat")) {
            String[] words = BLANKS.split(line.strip(), -1);
            if (!words[0].startsWith("cpu") || words.length <= IO_WAIT) {
                continue;
            }
            double total = 0;
            for (int i = 1; i < words.length; i++) {
                total += Double.parseDouble(words[i]);
            }
            double idle = Double.parseDouble(words[IDLE]) + Double.parseDouble(words[IO_WAIT]);
            String name = words[0].equals("cpu") ? "cpu/all" : "cpu/core" + words[0].substring("cpu".length());
            double passed = since(name + ".total", total);
            double idled = since(name + ".idle", idle);
            if (passed > 0) {
                measure.add(name, "%", Math.max(0, (passed - idled) / passed * 100));
            }
        }
    }

    private void memory(MachineMeasurements.Measure measure) {
        for (String line : lines("meminfo")) {
            String[] words = BLANKS.split(line.strip(), -1);
            String name = words[0].substring(0, Math.max(0, words[0].length() - 1));
            if (MEMORY.contains(name)) {
                measure.add("machine/" + name, "MB", Double.parseDouble(words[1]) / KILOBYTES_PER_MEGABYTE);
            }
        }
    }

    private void network(MachineMeasurements.Measure measure, double seconds) {
        for (String line : lines("net/dev")) {
            int colon = line.indexOf(':');
            String[] words = BLANKS.split(line.substring(colon + 1).strip(), -1);
            if (colon > 0 && words.length > 8) {
                String name = "network/" + line.substring(0, colon).strip();
                double kilobytes = (Double.parseDouble(words[0]) + Double.parseDouble(words[8])) / 1e3;
                measure.add(name, "kB/s", since(name, kilobytes) / seconds);
            }
        }
    }

    /** How much more than at the last call; 0 at the first. */
    private double since(String name, double now) {
        Double last = before.put(name, now);
        return last == null ? 0 : now - last;
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            return List.of(); // Not Linux, or not allowed: then there is nothing to measure here.
        }
    }
}
