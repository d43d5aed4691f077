package io.tailrace.cluster.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.formation.Membership;
import io.tailrace.cluster.formation.MembershipFormat;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CopiedLog;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.replication.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What {@code backup.json} says of a backup; written last, so that a directory without it is none. JSON in two lines: the second is the CRC32C of
 * the first, in hexadecimal.
 *
 * <pre>
 * {"format":"tailrace-backup","version":1,"createdAt":"…","nodeId":"…","nodeName":"…","clusterId":"…","membership":base64 of MembershipFormat,
 *  "partitions":[{"id":"…-0","topic":"orders","startOffset":0,"highWatermark":17,"endOffset":17,"lastEpoch":1,
 *                 "promisedEpoch":1,"promisedTo":"…","files":[{"name":"00000000000000000000.log","bytes":1234,"linked":false}…]}…]}
 * </pre>
 *
 * @param createdAt when it was begun: what was acknowledged before is in it
 * @param membership the node's cluster, and who founded it
 * @param partitions the internal ones first
 */
public record BackupManifest(
        Instant createdAt, UUID nodeId, String nodeName, Membership membership, List<Entry> partitions) {
    /** The name of its file. */
    public static final String FILE = "backup.json";

    /** The directory with a directory for each partition. */
    public static final String PARTITIONS = "partitions";

    private static final String FORMAT = "tailrace-backup";
    private static final int VERSION = 1;
    private static final int MAX_BYTES = 256 << 20;
    private static final int CRC_DIGITS = 8;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One partition.
     *
     * @param id of it, as its directory is called
     * @param topic its topic's name when the backup was made; empty for an internal one
     * @param highWatermark up to where the replica knew that all was committed
     * @param promise what the replica had promised
     */
    public record Entry(String id, String topic, long highWatermark, Promise promise, CopiedLog log) {
        /** Bytes of its files, or only of those that are the node's own, under a second name. */
        public long bytes(boolean onlyLinked) {
            return log.files().stream()
                    .filter(file -> file.shared() || !onlyLinked)
                    .mapToLong(CopiedLog.CopiedFile::bytes)
                    .sum();
        }
    }

    /** Keeps the list as it is now. */
    public BackupManifest {
        partitions = List.copyOf(partitions);
    }

    /** Bytes of all segments, or only of those that are linked. */
    public long bytes(boolean onlyLinked) {
        return partitions.stream().mapToLong(entry -> entry.bytes(onlyLinked)).sum();
    }

    /** Writes it into its directory, durably. */
    public void write(FileStore files, Path directory) throws IOException {
        byte[] line = JSON.writeValueAsBytes(json());
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 1 + CRC_DIGITS + 1);
        bytes.put(line).put((byte) '\n').put(hex(crc(line, line.length))).put((byte) '\n');
        Path fresh = directory.resolve(FILE + ".tmp");
        try (StoredFile file = files.openForWrite(fresh)) {
            file.truncate(0);
            file.write(bytes.flip(), 0);
            file.force(true);
        }
        files.rename(fresh, directory.resolve(FILE));
        files.syncDirectory(directory);
    }

    private ObjectNode json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", FORMAT)
                .put("version", VERSION)
                .put("createdAt", createdAt.toString())
                .put("nodeId", nodeId.toString())
                .put("nodeName", nodeName)
                .put("clusterId", membership.clusterId().toString())
                .put("membership", Base64.getEncoder().encodeToString(MembershipFormat.bytes(membership)));
        ArrayNode all = json.putArray("partitions");
        for (Entry entry : partitions) {
            ObjectNode one = all.addObject()
                    .put("id", entry.id())
                    .put("topic", entry.topic())
                    .put("startOffset", entry.log().startOffset())
                    .put("highWatermark", entry.highWatermark())
                    .put("endOffset", entry.log().endOffset())
                    .put("lastEpoch", entry.log().lastEpoch())
                    .put("promisedEpoch", entry.promise().epoch())
                    .put("promisedTo", entry.promise().to().toString());
            ArrayNode named = one.putArray("files");
            entry.log().files().forEach(file -> named.addObject()
                    .put("name", file.name())
                    .put("bytes", file.bytes())
                    .put("linked", file.shared()));
        }
        return json;
    }

    private static byte[] hex(int crc) {
        return String.format(Locale.ROOT, "%08x", crc).getBytes(StandardCharsets.US_ASCII);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * Reads that of a backup.
     *
     * @throws TailraceException INVALID_ARGUMENT if there is none, CORRUPT_LOG if it is damaged, DATA_DIR_VERSION if it is of another version
     */
    public static BackupManifest read(FileStore files, Path directory) throws IOException {
        Path path = directory.resolve(FILE);
        if (!files.exists(path)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    directory + " is no backup, or one that was not completed (it has no " + FILE + "): name another.");
        }
        byte[] line = line(files, path);
        JsonNode json = JSON.readTree(line);
        if (!FORMAT.equals(json.path("format").asText())) {
            throw damaged(path, null);
        }
        if (json.path("version").asInt() != VERSION) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_VERSION,
                    path + " has version " + json.path("version") + ", this program knows " + VERSION
                            + ": restore with the program that wrote it, or a newer one.");
        }
        try {
            Membership membership = MembershipFormat.read(ByteBuffer.wrap(
                    Base64.getDecoder().decode(json.path("membership").asText())));
            if (membership == null) {
                throw damaged(path, null);
            }
            List<Entry> partitions = new ArrayList<>();
            json.path("partitions").forEach(each -> partitions.add(entry(each)));
            return new BackupManifest(
                    Instant.parse(json.path("createdAt").asText()),
                    UUID.fromString(json.path("nodeId").asText()),
                    json.path("nodeName").asText(),
                    membership,
                    partitions);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw damaged(path, e);
        }
    }

    private static byte[] line(FileStore files, Path path) throws IOException {
        try (StoredFile file = files.openForRead(path)) {
            int line = (int) Math.min(file.size(), MAX_BYTES) - CRC_DIGITS - 2;
            if (line <= 0 || file.size() > MAX_BYTES) {
                throw damaged(path, null);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
            byte[] all = bytes.array();
            byte[] told = hex(crc(all, line));
            if (!ByteBuffer.wrap(all, line + 1, CRC_DIGITS).equals(ByteBuffer.wrap(told))) {
                throw damaged(path, null);
            }
            return Arrays.copyOf(all, line);
        }
    }

    private static Entry entry(JsonNode json) {
        List<CopiedLog.CopiedFile> files = new ArrayList<>();
        json.path("files")
                .forEach(file -> files.add(new CopiedLog.CopiedFile(
                        file.path("name").asText(),
                        file.path("bytes").asLong(),
                        file.path("linked").asBoolean())));
        return new Entry(
                json.path("id").asText(),
                json.path("topic").asText(),
                json.path("highWatermark").asLong(),
                new Promise(
                        json.path("promisedEpoch").asInt(),
                        UUID.fromString(json.path("promisedTo").asText())),
                new CopiedLog(
                        json.path("startOffset").asLong(),
                        json.path("endOffset").asLong(),
                        json.path("lastEpoch").asInt(),
                        files));
    }

    private static TailraceException damaged(Path path, @Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG, path + " is damaged, so the backup cannot be restored: use another one.", cause);
    }
}
