package io.tailrace.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The connecting end of a session, step by step. */
class ClientSessionTest {
    private static final int WINDOW = 1000;

    private final LinkCounters counters = new LinkCounters();
    private final Outbox outbox = new Outbox(1 << 20, counters);
    private ClientSession session;

    @BeforeEach
    void begin() {
        session = session("");
    }

    private ClientSession session(String settings) {
        LinkSettings all = LinkSettings.of(ConfigFactory.parseString(settings)
                .withFallback(ConfigFactory.load().getConfig("tailrace.link")));
        Hello hello = Hello.of(new LinkIdentity("cluster", "a"), "b", Lane.LARGE);
        ClientSession made = new ClientSession(hello, outbox, all, counters, new Ignoring());
        made.started(new Ignoring());
        assertThat(Hello.decode(TestFrames.of(made.poll()))).isEqualTo(hello);
        return made;
    }

    private static final class Ignoring implements ClientSession.Listener, Session.Control {
        @Override
        public void opened() {}

        @Override
        public void received(Frame frame) {}

        @Override
        public void ended(ClientSession session, Throwable why) {}

        @Override
        public void wake() {}

        @Override
        public void limit(int maxFrameBytes) {}

        @Override
        public void end(Throwable why) {}
    }

    private static Frame frame(FieldWriter head) {
        return TestFrames.of(Frame.encode(head.toBytes()));
    }

    private void welcome() {
        session.received(
                frame(new FieldWriter().int8(FrameKind.WELCOME).int32(1).int64(WINDOW)));
    }

    private void credit(long consumed) {
        session.received(frame(new FieldWriter().int8(FrameKind.CREDIT).int64(consumed)));
    }

    private void queue(int payload) {
        byte[] head = {FrameKind.MESSAGE};
        outbox.offer(Frame.encode(head, List.of(ByteBuffer.allocate(payload))), null);
    }

    @Test
    void nothingIsSentBeforeTheWelcome() {
        queue(10);
        assertThat(session.poll()).isNull();
        welcome();
        assertThat(session.poll()).isNotNull();
    }

    @Test
    void nothingIsSentBeyondTheWindowUntilThereIsCredit() {
        welcome();
        queue(587); // 600 on the wire
        queue(587);
        ByteString first = session.poll();
        assertThat(first.size()).isEqualTo(600);
        assertThat(session.poll()).isNull();
        credit(200);
        assertThat(session.poll().size()).isEqualTo(600);
    }

    @Test
    void aFrameLargerThanTheWindowGoesAlone() {
        welcome();
        queue(5000);
        queue(10);
        assertThat(session.poll().size()).isEqualTo(5013);
        assertThat(session.poll()).isNull();
        credit(5013);
        assertThat(session.poll()).isNotNull();
    }

    @Test
    void smallFramesAreWrittenTogether() {
        welcome();
        for (int i = 0; i < 10; i++) {
            queue(10);
        }
        assertThat(session.poll().size()).isEqualTo(230);
        assertThat(counters.framesSent()).isEqualTo(10);
    }

    @Test
    void creditForMoreThanWasSentIsNotBelieved() {
        welcome();
        credit(1 << 20);
        queue(587);
        queue(587);
        assertThat(session.poll()).isNotNull();
        assertThat(session.poll()).isNull();
    }

    @Test
    void aPeerThatSaysNothingIsGivenUp() {
        session = session("connect-timeout = 0s");
        assertThatThrownBy(session::tick).isInstanceOf(TailraceException.class).hasMessageContaining("silent");

        session = session("silence-timeout = 0s");
        assertThatCode(session::tick).doesNotThrowAnyException();
        welcome();
        assertThatThrownBy(session::tick).isInstanceOf(TailraceException.class).hasMessageContaining("silent");
    }

    @Test
    void aPingGoesAheadOfWhatWaitsWhateverTheCredit() {
        welcome();
        queue(5000);
        queue(5000);
        session.poll();
        session.tick();
        assertThat(TestFrames.of(session.poll()).kind()).isEqualTo(FrameKind.PING);
    }

    @Test
    void aRefusalEndsItWithItsReason() {
        Frame refused = frame(new FieldWriter()
                .int8(FrameKind.REFUSED)
                .string("INVALID_ARGUMENT")
                .string("another cluster"));
        assertThatThrownBy(() -> session.received(refused)).hasMessageContaining("another cluster");
    }

    @Test
    void whatOnlyNewerNodesSayIsSteppedOver() {
        welcome();
        session.received(frame(new FieldWriter().int8(9)));
        assertThat(counters.dropped(Dropped.UNKNOWN_TYPE)).isEqualTo(1);
    }

    @Test
    void versionsMeetInTheNewestThatBothKnow() {
        LinkIdentity self = new LinkIdentity("cluster", "b");
        LinkIdentity other = new LinkIdentity("cluster", "a");
        Hello today = Hello.of(other, "b", Lane.SMALL);
        Hello newer = new Hello(1, 7, other, "b", Lane.SMALL, today.session());
        Hello tooNew = new Hello(2, 7, other, "b", Lane.SMALL, today.session());
        assertThat(today.agree(self)).isEqualTo(1);
        assertThat(newer.agree(self)).isEqualTo(1);
        assertThatThrownBy(() -> tooNew.agree(self)).hasMessageContaining("versions 2 to 7");
    }
}
