package io.tailrace.cluster.formation;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.Test;

class FormationFormatTest {
    private static final NodeAddress ONE = new NodeAddress("10.0.0.1", 7_171);
    private static final NodeAddress TWO = new NodeAddress("fe80::1", 1);
    private static final Membership MEMBER = Membership.member(
            new UUID(5, 6),
            List.of(new Founder(new UUID(1, 2), ONE, "eins"), new Founder(new UUID(3, 4), TWO, "zwei")));

    private final FormationFormat format = new FormationFormat();

    private static Status status() {
        return new Status(
                new Self(new UUID(1, 2), "eins", ONE, -7, true),
                List.of(ONE, TWO),
                MEMBER,
                Status.Phase.FORMING,
                new UUID(7, 8),
                new UUID(9, 10),
                List.of(new Peer(new UUID(3, 4), "zwei", TWO, Long.MAX_VALUE)));
    }

    private static Status plainStatus() {
        return new Status(
                new Self(new UUID(1, 2), "eins", ONE, 7, false),
                List.of(),
                Membership.blank(),
                Status.Phase.WAITING,
                null,
                null,
                List.of());
    }

    private Object sent(Object message) {
        return format.fromBinary(format.toBinary(message), format.manifest(message));
    }

    @Test
    void messagesArriveAsTheyWereSent() {
        for (Status status : List.of(status(), plainStatus())) {
            assertThat(sent(new FormationMessage.Hello(3, status))).isEqualTo(new FormationMessage.Hello(3, status));
            assertThat(sent(new FormationMessage.Here(4, status))).isEqualTo(new FormationMessage.Here(4, status));
        }
    }

    @Test
    void whoIsAboutToLeaveSaysWhichLifeOfItsIsMeant() {
        FormationMessage.Departing departing = new FormationMessage.Departing(Long.MIN_VALUE + 3);
        assertThat(format.manifest(departing)).isEqualTo("departing/1");
        assertThat(sent(departing)).isEqualTo(departing);
    }

    @Test
    void whoHasNoRoomSaysSoAndWhenItHasAgain() {
        for (boolean left : List.of(true, false)) {
            FormationMessage.Room room = new FormationMessage.Room(Long.MAX_VALUE - 3, left);
            assertThat(format.manifest(room)).isEqualTo("room/1");
            assertThat(sent(room)).isEqualTo(room);
        }
    }

    @Test
    void messageOfAnotherVersionIsNotUnderstoodAndNotGuessed() {
        assertThat(format.fromBinary(new byte[] {1, 2, 3}, "hello/2"))
                .isEqualTo(new FormationMessage.Incomprehensible("hello/2"));
    }

    @Test
    void serializerIsBoundToTheMessages() {
        ActorSystem system = ActorSystem.create("bindings", ConfigFactory.load());
        try {
            assertThat(SerializationExtension.get(system)
                            .findSerializerFor(new FormationMessage.Hello(1, plainStatus())))
                    .isInstanceOf(FormationFormat.class);
        } finally {
            system.terminate();
        }
    }

    @Test
    void membershipIsReadAsItWasWritten() {
        for (Membership membership :
                List.of(Membership.blank(), MEMBER, Membership.founding(new UUID(5, 6), MEMBER.founders()))) {
            assertThat(MembershipFormat.read(ByteBuffer.wrap(MembershipFormat.bytes(membership))))
                    .isEqualTo(membership);
        }
    }

    @Test
    void membershipThatIsCutShortOrTooLongIsNone() {
        byte[] whole = MembershipFormat.bytes(MEMBER);
        for (int length = 0; length < whole.length; length++) {
            assertThat(MembershipFormat.read(ByteBuffer.wrap(whole, 0, length))).isNull();
        }
        assertThat(MembershipFormat.read(ByteBuffer.wrap(Arrays.copyOf(whole, whole.length + 1))))
                .isNull();
        whole[0] = 3;
        assertThat(MembershipFormat.read(ByteBuffer.wrap(whole))).isNull();
    }

    @Test
    void addressesAreReadAsTheyAreWritten() {
        for (NodeAddress address : List.of(ONE, TWO, new NodeAddress("node-1.example", 0))) {
            assertThat(NodeAddress.parse(address.text())).isEqualTo(address);
        }
    }
}
