package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogLineTest {
    @Test
    void combinedFormatIsRead() {
        AccessLogLine line =
                AccessLogLine.parse("192.0.2.7 - joe [17/May/2015:10:05:03 +0200] \"GET /a?b=\\\"c\\\" HTTP/1.1\""
                        + " 200 203023 \"http://example.org/\" \"Some agent [1]\"");
        assertThat(line)
                .isEqualTo(new AccessLogLine(
                        "192.0.2.7",
                        Instant.parse("2015-05-17T08:05:03Z").toEpochMilli(),
                        "GET /a?b=\\\"c\\\" HTTP/1.1",
                        200,
                        203023,
                        "http://example.org/"));
    }

    @Test
    void commonFormatWithoutSizeIsRead() {
        AccessLogLine line = AccessLogLine.parse("::1 - - [01/Jan/2020:00:00:00 +0000] \"-\" 408 -");
        assertThat(line).isNotNull().extracting(AccessLogLine::bytes).isEqualTo(0L);
        assertThat(line).extracting(AccessLogLine::referrer).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "]",
                "[",
                "host",
                "host - - [17/May/2015:10:05:03 +0000",
                "host - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1",
                "host - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" ",
                "host - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200",
                "host - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" abc 12",
                "host - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 2000 12",
                "host - - [32/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 12",
                "host - - [17/May/2015:10:05:03 +0000] \"\\",
                "2016/01/01 00:30:04.91,18.0772,-67.1027"
            })
    void otherLinesAreNotTakenForOne(String line) {
        assertThat(AccessLogLine.parse(line)).isNull();
    }
}
