package io.tailrace.test.torture;

import java.util.Optional;

/**
 * What a client did or saw, one line of its output and of the run's history file:
 *
 * <pre>
 *   send  &lt;millis&gt; &lt;partition&gt; &lt;value&gt;                   it is about to be sent
 *   ok    &lt;millis&gt; &lt;partition&gt; &lt;value&gt; &lt;offset&gt;          it is stored there
 *   fail  &lt;millis&gt; &lt;partition&gt; &lt;value&gt; &lt;code&gt;            it is certainly not stored
 *   info  &lt;millis&gt; &lt;partition&gt; &lt;value&gt; &lt;code&gt;            nobody knows
 *   poll  &lt;millis&gt; &lt;partition&gt; &lt;reader&gt; &lt;from&gt; &lt;next&gt; &lt;offset=value,…&gt;
 *   note  &lt;millis&gt; -1 &lt;words&gt;                             for people
 * </pre>
 *
 * <p>A value is {@code <producer>:<number>}; a producer that begins anew has another name, so no value is ever sent by two.
 */
record Happening(String kind, long millis, int partition, String rest) {
    static Happening send(int partition, String value) {
        return now("send", partition, value);
    }

    static Happening ok(int partition, String value, long offset) {
        return now("ok", partition, value + " " + offset);
    }

    static Happening fail(int partition, String value, String code) {
        return now("fail", partition, value + " " + code);
    }

    static Happening info(int partition, String value, String code) {
        return now("info", partition, value + " " + code);
    }

    static Happening poll(int partition, String reader, long from, long next, String seen) {
        return now("poll", partition, reader + " " + from + " " + next + " " + seen);
    }

    static Happening note(String words) {
        return now("note", -1, words.replace('\n', ' '));
    }

    private static Happening now(String kind, int partition, String rest) {
        return new Happening(kind, System.currentTimeMillis(), partition, rest);
    }

    /** The words after the partition. */
    String[] words() {
        return rest.split(" ", -1);
    }

    String line() {
        return kind + " " + millis + " " + partition + " " + rest;
    }

    /** Empty if it is none: a process that was killed may have left half a line. */
    static Optional<Happening> parse(String line) {
        String[] words = line.split(" ", 4);
        try {
            return words.length < 4
                    ? Optional.empty()
                    : Optional.of(
                            new Happening(words[0], Long.parseLong(words[1]), Integer.parseInt(words[2]), words[3]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
