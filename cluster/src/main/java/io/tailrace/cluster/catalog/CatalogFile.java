package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.record.TimestampType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The topics as data directories of version 1 had them: a {@link CheckedFile} whose payload is JSON. Only read, to be handed over
 * to the catalogue. A file that cannot be read stops the node: a catalogue guessed at could orphan data.
 */
public final class CatalogFile {
    private static final int MAGIC = 0x54524354;
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileStore files;
    private final Path path;

    /** The file of that name, which need not be there. */
    public CatalogFile(FileStore files, Path path) {
        this.files = files;
        this.path = path;
    }

    /**
     * All topics; none if the file is not there. Blocking.
     *
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, IO_FAILED
     */
    public List<Topic> read() {
        try {
            ByteBuffer json = CheckedFile.read(files, path, MAGIC, VERSION);
            if (json != null) {
                return topics(JSON.readTree(StandardCharsets.UTF_8.decode(json).toString()));
            }
            if (!files.exists(path)) {
                return List.of();
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw damaged(e);
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The catalogue " + path + " cannot be read (" + e.getMessage() + "): check the disk.",
                    e);
        }
        throw damaged(null);
    }

    private static List<Topic> topics(JsonNode array) {
        List<Topic> topics = new ArrayList<>();
        for (JsonNode topic : array) {
            JsonNode settings = topic.path("settings");
            topics.add(new Topic(
                    topic.path("name").asText(),
                    UUID.fromString(topic.path("id").asText()),
                    topic.path("partitions").asInt(),
                    1,
                    new TopicSettings(
                            settings.path("maxMessageBytes").asInt(),
                            settings.path("segmentBytes").asInt(),
                            settings.path("segmentMillis").asLong(),
                            TimestampType.valueOf(settings.path("timestampType").asText()),
                            // Version 1 kept everything; that is not to change behind anybody's back.
                            -1,
                            -1)));
        }
        return topics;
    }

    private TailraceException damaged(@Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG, path + " is damaged; nothing was touched: restore it from a copy.", cause);
    }
}
