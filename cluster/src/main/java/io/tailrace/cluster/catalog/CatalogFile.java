package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The topics on disk: a {@link CheckedFile} whose payload is JSON, replaced as a whole. A file that cannot be read stops the
 * node: a catalogue guessed at could orphan data.
 */
final class CatalogFile {
    private static final int MAGIC = 0x54524354;
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileStore files;
    private final Path path;

    CatalogFile(FileStore files, Path path) {
        this.files = files;
        this.path = path;
    }

    /**
     * All topics; none if the file is not there yet.
     *
     * @throws TailraceException CORRUPT_LOG, DATA_DIR_VERSION, IO_FAILED
     */
    List<Topic> read() {
        try {
            ByteBuffer json = CheckedFile.read(files, path, MAGIC, VERSION);
            if (json != null) {
                return JSON.readValue(
                        StandardCharsets.UTF_8.decode(json).toString(), new TypeReference<List<Topic>>() {});
            }
            if (!files.exists(path)) {
                return List.of();
            }
        } catch (JsonProcessingException e) {
            throw damaged(e);
        } catch (IOException e) {
            throw failed("read", e);
        }
        throw damaged(null);
    }

    /**
     * Replaces the topics; on return they survive a crash.
     *
     * @throws TailraceException IO_FAILED
     */
    void write(Collection<Topic> topics) {
        try {
            CheckedFile.write(files, path, MAGIC, VERSION, ByteBuffer.wrap(JSON.writeValueAsBytes(topics)));
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    private TailraceException damaged(@Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG, path + " is damaged; nothing was touched: restore it from a copy.", cause);
    }

    private TailraceException failed(String what, IOException cause) {
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The catalogue " + path + " cannot be " + what + " (" + cause.getMessage() + "): check the disk.",
                cause);
    }
}
