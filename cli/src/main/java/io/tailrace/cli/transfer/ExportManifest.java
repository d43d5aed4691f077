package io.tailrace.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code export.json} says of a directory of exported partitions; written last, so that a directory without it is not complete.
 *
 * <pre>
 * {"format":"tailrace-export","version":1,"topic":"orders","exportedAt":"2026-11-22T10:00:00Z","settings":{"retention.ms":"-1",…},
 *  "partitions":[{"partition":0,"file":"orders-0/00000000000000000000.log","startOffset":0,"endOffset":17,"batches":3,"records":17,
 *                 "bytes":1234,"crc32c":"0a1b2c3d"},…]}
 * </pre>
 *
 * @param settings of the topic, under Kafka's names
 * @param partitions of all of them, by number
 */
public record ExportManifest(String topic, SortedMap<String, String> settings, List<Entry> partitions) {
    /** The name of its file. */
    public static final String FILE = "export.json";

    private static final String FORMAT = "tailrace-export";
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One partition.
     *
     * @param file relative to the directory
     */
    public record Entry(String file, Exported exported) {}

    /** Keeps copies. */
    public ExportManifest {
        settings = new TreeMap<>(settings);
        partitions = List.copyOf(partitions);
    }

    /** Where Kafka would keep the batches of a partition from that offset on. */
    public static String fileOf(String topic, int partition, long startOffset) {
        return String.format(Locale.ROOT, "%s-%d/%020d.log", topic, partition, startOffset);
    }

    /** Writes it into its directory, durably. */
    public void write(Path directory, Instant now) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", FORMAT).put("version", VERSION).put("topic", topic).put("exportedAt", now.toString());
        ObjectNode all = json.putObject("settings");
        settings.forEach(all::put);
        for (Entry entry : partitions) {
            Exported exported = entry.exported();
            json.withArray("/partitions")
                    .addObject()
                    .put("partition", exported.partition())
                    .put("file", entry.file())
                    .put("startOffset", exported.startOffset())
                    .put("endOffset", exported.endOffset())
                    .put("batches", exported.batches())
                    .put("records", exported.records())
                    .put("bytes", exported.bytes())
                    .put("crc32c", hex(exported.crc()));
        }
        Path temporary = directory.resolve(FILE + ".tmp");
        Files.write(temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            file.force(true);
        }
        Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** A checksum as the manifest has it. */
    public static String hex(int crc) {
        return String.format(Locale.ROOT, "%08x", crc);
    }

    /**
     * Reads that of a directory.
     *
     * @throws TailraceException INVALID_ARGUMENT if there is none, or it cannot be read; DATA_DIR_VERSION if a newer program wrote it
     */
    public static ExportManifest read(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (!FORMAT.equals(json.path("format").asText())) {
                throw unusable(file, "is no manifest of an export", null);
            }
            if (json.path("version").asInt() != VERSION) {
                throw new TailraceException(
                        ErrorCode.DATA_DIR_VERSION,
                        file + " is of version " + json.path("version") + ", this program reads " + VERSION
                                + ": use a newer one.");
            }
            SortedMap<String, String> settings = new TreeMap<>();
            json.path("settings")
                    .properties()
                    .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
            List<Entry> partitions = new ArrayList<>();
            for (JsonNode each : json.path("partitions")) {
                partitions.add(entry(each, file));
            }
            return new ExportManifest(json.path("topic").asText(), settings, partitions);
        } catch (NoSuchFileException e) {
            throw unusable(file, "is missing, so the export was not completed: export again", e);
        } catch (IOException | NumberFormatException e) {
            throw unusable(file, "cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static Entry entry(JsonNode json, Path manifest) {
        String file = json.path("file").asText();
        Path relative = Path.of(file).normalize();
        if (file.isEmpty() || relative.isAbsolute() || relative.startsWith("..")) {
            throw unusable(manifest, "names a file outside its directory", null);
        }
        return new Entry(
                file,
                new Exported(
                        json.path("partition").asInt(),
                        json.path("startOffset").asLong(),
                        json.path("endOffset").asLong(),
                        json.path("batches").asLong(),
                        json.path("records").asLong(),
                        json.path("bytes").asLong(),
                        Integer.parseUnsignedInt(json.path("crc32c").asText(), 16)));
    }

    private static TailraceException unusable(Path file, String what, @Nullable Throwable cause) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, file + " " + what + ".", cause);
    }
}
