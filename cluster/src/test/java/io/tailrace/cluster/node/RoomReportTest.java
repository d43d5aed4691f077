package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomReportTest {
    private final List<Boolean> said = new ArrayList<>();
    private boolean room = true;
    private final RoomReport report = new RoomReport(() -> room, said::add);

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            report.look();
        }
    }

    @Test
    void thereIsNothingToSayOfRoom() {
        look(100);
        assertThat(said).isEmpty();
    }

    @Test
    void whoIsFullSaysSoAgainAndAgain() {
        room = false;
        look(RoomReport.UNTIL_FULL - 1);
        assertThat(said).isEmpty();
        look(20);
        assertThat(said).hasSize(20).containsOnly(false);
    }

    @Test
    void whatRetentionFreesInTimeWasNeverMissed() {
        for (int i = 0; i < 20; i++) {
            room = false;
            look(RoomReport.UNTIL_FULL - 1);
            room = true;
            look(1);
        }
        assertThat(said).isEmpty();
    }

    @Test
    void roomThatLastsIsSaidForAWhile() {
        room = false;
        look(RoomReport.UNTIL_FULL);
        room = true;
        look(RoomReport.UNTIL_ROOM - 1);
        assertThat(said).hasSize(RoomReport.UNTIL_ROOM).containsOnly(false);
        said.clear();
        look(100);
        assertThat(said).isEqualTo(Collections.nCopies(RoomReport.UNTIL_ROOM, true));
    }

    @Test
    void roomThatDoesNotLastIsNone() {
        room = false;
        look(RoomReport.UNTIL_FULL);
        for (int i = 0; i < 5; i++) {
            room = true;
            look(RoomReport.UNTIL_ROOM - 1);
            room = false;
            look(1);
        }
        assertThat(said).containsOnly(false);
    }
}
