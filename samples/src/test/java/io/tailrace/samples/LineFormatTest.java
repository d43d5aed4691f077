package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LineFormatTest {
    private static LineFormat detect(Stream<String> lines) {
        return LineFormat.detect(
                lines.map(line -> line.getBytes(StandardCharsets.UTF_8)).toList());
    }

    @Test
    void accessLogIsStoredByHostAndCountedByStatusInItsOwnTime() {
        String line = "192.0.2.7 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 404 12";
        LineFormat format = detect(Stream.of(line, "a stray line", line));
        assertThat(format.key(line)).isEqualTo("192.0.2.7");
        assertThat(format.observe(line, 5, 60)).isEqualTo(new Observation("404", 1_431_857_103_000L, 12));
        assertThat(format.observe("a stray line", 5, 12)).isEqualTo(new Observation("(other)", 5, 12));
    }

    @Test
    void tableIsCountedByTheFirstColumnWhoseValuesRepeat() {
        LineFormat format = detect(Stream.concat(
                Stream.of("time,place,kind"), IntStream.range(0, 40).mapToObj(i -> i + ",p" + i * 3 + ",k" + i % 3)));
        assertThat(format.groupTitle()).isEqualTo("kind");
        assertThat(format.key("7,p21,k1")).isEqualTo("k1");
        assertThat(format.observe("7,p21,k1", 1234, 8)).isEqualTo(new Observation("k1", 1234, 8));
    }

    @Test
    void quotedFieldsMayHoldTheDelimiter() {
        LineFormat format = detect(IntStream.range(0, 20).mapToObj(i -> "\"a, \"\"b\"\"\",x" + i % 2));
        assertThat(format.groupTitle()).isEqualTo("column 2");
        assertThat(format.key("\"a, \"\"b\"\"\",x1")).isEqualTo("x1");
        assertThat(Fields.field("\"a, \"\"b\"\"\",x1", ',', 0)).isEqualTo("a, \"b\"");
        assertThat(Fields.field("\"never closed, x", ',', 1)).isEqualTo("x");
        assertThat(Fields.field("a,b", ',', 2)).isEmpty();
    }

    @Test
    void textIsCountedByItsFirstWord() {
        LineFormat format = detect(Stream.of("one fish", "two fish", "", "red, fish"));
        assertThat(format.key("  two fish")).isEqualTo("two");
        assertThat(format.key("")).isEqualTo("(empty)");
        assertThat(format.key("x".repeat(1000))).hasSize(60);
    }

    @Test
    void nothingIsAFormatToo() {
        assertThat(detect(Stream.of()).key("a b")).isEqualTo("a");
        assertThat(detect(Stream.of("", "")).key("a b")).isEqualTo("a");
    }

    @Test
    void carriageReturnIsNoPartOfTheText() {
        assertThat(LineFormat.text("a\r".getBytes(StandardCharsets.UTF_8))).isEqualTo("a");
        assertThat(LineFormat.text(new byte[] {(byte) 0xff})).isEqualTo("\ufffd");
    }
}
