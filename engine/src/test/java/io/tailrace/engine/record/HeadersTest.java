package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeadersTest {
    private static final Headers HEADERS =
            Headers.EMPTY.with("a", "1").with("b", "2").with("a", "3").with("n", (byte[]) null);

    @Test
    void duplicatesAndOrderStay() {
        assertThat(HEADERS).extracting(Header::name).containsExactly("a", "b", "a", "n");
        assertThat(HEADERS.all("a")).extracting(Header::valueString).containsExactly("1", "3");
        assertThat(HEADERS.last("a")).isEqualTo(Header.of("a", "3"));
        assertThat(HEADERS.last("missing")).isNull();
        assertThat(HEADERS.all("missing")).isEmpty();
        assertThat(HEADERS.size()).isEqualTo(4);
    }

    @Test
    void aNullValueIsNotAnEmptyOne() {
        Header none = HEADERS.get(3);
        assertThat(none.value()).isNull();
        assertThat(none.valueBytes()).isNull();
        assertThat(none.valueString()).isNull();
        assertThat(none).isNotEqualTo(Header.of("n", new byte[0]));
    }

    @Test
    void withLeavesTheOriginalAsItWas() {
        assertThat(Headers.EMPTY.with("x", "y").size()).isEqualTo(1);
        assertThat(Headers.EMPTY.isEmpty()).isTrue();
        assertThat(HEADERS.with("x", "y")).isNotEqualTo(HEADERS);
    }

    @Test
    void nobodyCanChangeAValueFromOutside() {
        byte[] given = {1, 2};
        Header header = Header.of("a", given);
        given[0] = 9;
        header.valueBytes()[0] = 9;
        assertThat(header.value().isReadOnly()).isTrue();
        assertThat(header).isEqualTo(Header.of("a", new byte[] {1, 2}));
        assertThatThrownBy(() -> HEADERS.asList().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theSizeOfANameIsKnownWithoutItsBytes() {
        for (String name :
                new String[] {"", "abc", "größe", "鍵", "\uD83D\uDE80", "\uD83D", "\uDE80x", "a\uD83D\uD83D\uDE80"}) {
            assertThat(HeaderFormat.utf8Size(name)).as(name).isEqualTo(name.getBytes(StandardCharsets.UTF_8).length);
        }
    }
}
