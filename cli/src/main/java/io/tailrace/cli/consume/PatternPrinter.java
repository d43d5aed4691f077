package io.tailrace.cli.consume;

import io.tailrace.engine.record.Header;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prints records after a pattern, as kcat does: {@code %t} topic, {@code %p} partition, {@code %o} offset, {@code %k} key,
 * {@code %v} value, {@code %T} timestamp in milliseconds, {@code %h} headers as {@code name=value,...}, {@code %%}; {@code \n},
 * {@code \r}, {@code \t}, {@code \0}, {@code \\}. Bytes stay as they are; a key or value that is null is nothing.
 */
public final class PatternPrinter implements RecordPrinter {
    private final List<Piece> pieces;
    private final ReceivedRecord record = new ReceivedRecord();

    /** One piece of the pattern, printed of each record. */
    private interface Piece {
        void print(ReceivedRecord record, OutputStream out) throws IOException;
    }

    private PatternPrinter(List<Piece> pieces) {
        this.pieces = pieces;
    }

    /**
     * A printer after that pattern.
     *
     * @throws IllegalArgumentException if it is none, with a message for people
     */
    public static PatternPrinter of(String pattern, String topic) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            if (c != '%' && c != '\\') {
                text.append(c);
                continue;
            }
            if (at == pattern.length()) {
                throw new IllegalArgumentException("the pattern ends with a lone " + c);
            }
            char next = pattern.charAt(at++);
            if (c == '\\') {
                text.append(escape(next));
            } else if (next == '%') {
                text.append('%');
            } else {
                addText(pieces, text);
                pieces.add(field(next, topic));
            }
        }
        addText(pieces, text);
        return new PatternPrinter(pieces);
    }

    private static char escape(char letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '0' -> '\0';
            case '\\' -> '\\';
            default -> throw new IllegalArgumentException("there is no \\" + letter);
        };
    }

    private static Piece field(char letter, String topic) {
        return switch (letter) {
            case 't' -> topic(topic);
            case 'p' -> (record, out) -> number(record.partition(), out);
            case 'o' -> (record, out) -> number(record.offset(), out);
            case 'T' -> (record, out) -> number(record.timestamp(), out);
            case 'k' -> (record, out) -> bytes(record.key(), out);
            case 'v' -> (record, out) -> bytes(record.value(), out);
            case 'h' -> (record, out) -> headers(record.headers(), out);
            default ->
                throw new IllegalArgumentException(
                        "there is no %" + letter + "; there are %t %p %o %k %v %T %h and %%");
        };
    }

    private static void addText(List<Piece> pieces, StringBuilder text) {
        if (text.length() > 0) {
            pieces.add(text(text.toString()));
            text.setLength(0);
        }
    }

    private static Piece text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (record, out) -> out.write(bytes);
    }

    private static Piece topic(String only) {
        byte[] bytes = only.getBytes(StandardCharsets.UTF_8);
        return (record, out) -> {
            String topic = record.topic();
            out.write(topic == null ? bytes : topic.getBytes(StandardCharsets.UTF_8));
        };
    }

    private static void number(long number, OutputStream out) throws IOException {
        out.write(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    private static void bytes(byte @Nullable [] bytes, OutputStream out) throws IOException {
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static void headers(List<Header> headers, OutputStream out) throws IOException {
        String gap = "";
        for (Header header : headers) {
            out.write((gap + header.name() + "=").getBytes(StandardCharsets.UTF_8));
            bytes(header.valueBytes(), out);
            gap = ",";
        }
    }

    @Override
    public void print(byte[] buffer, int start, int length, OutputStream out) throws IOException {
        record.read(buffer, start, length);
        for (Piece piece : pieces) {
            piece.print(record, out);
        }
    }
}
