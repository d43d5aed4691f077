package io.tailrace.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Supplier;

/**
 * The bytes that were written once, as hexadecimal text in the test resources. Run a test with {@code -Dtailrace.golden.write=true} to
 * store those of a new message; never to change those of an old one.
 */
public final class GoldenFiles {
    private static final boolean WRITE = Boolean.getBoolean("tailrace.golden.write");

    private final Class<?> test;

    /** Beside that test. */
    public GoldenFiles(Class<?> test) {
        this.test = test;
    }

    /** Fails if other bytes, or none, were stored under the name. */
    public void check(String name, byte[] bytes) {
        String hex = HexFormat.of().formatHex(bytes);
        String file = "golden/" + name + ".hex";
        if (WRITE && stored(file) == null) {
            write(file, hex);
            return;
        }
        assertThat(hex)
                .as("the bytes of %s, as %s has them: a change needs another version", name, file)
                .isEqualTo(stored(file));
    }

    /** Stores the bytes if they are to be stored and are not. */
    public void checkStored(String name, Supplier<byte[]> bytes) {
        if (stored("golden/" + name + ".hex") == null) {
            check(name, bytes.get());
        }
    }

    /** The bytes that were stored. */
    public byte[] bytes(String name) {
        return HexFormat.of().parseHex(stored("golden/" + name + ".hex"));
    }

    private String stored(String file) {
        if (WRITE) {
            return Files.exists(path(file)) ? read(path(file)) : null;
        }
        try (InputStream in = test.getResourceAsStream(file)) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path path(String file) {
        return Path.of("src/test/resources", test.getPackageName().replace('.', '/'), file);
    }

    private static String read(Path path) {
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String file, String hex) {
        Path path = path(file);
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, hex + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
