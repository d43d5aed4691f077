package io.tailrace.http;

import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import io.tailrace.streams.ConsumerRecord;
import java.nio.ByteBuffer;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/** Lets records pass as long as there is room for more that are not committed. */
final class UncommittedStage
        extends GraphStage<
                FlowShape<CommittableMessage<ByteBuffer, ByteBuffer>, ConsumerRecord<ByteBuffer, ByteBuffer>>> {
    private final Inlet<CommittableMessage<ByteBuffer, ByteBuffer>> in = Inlet.create("Uncommitted.in");
    private final Outlet<ConsumerRecord<ByteBuffer, ByteBuffer>> out = Outlet.create("Uncommitted.out");
    private final FlowShape<CommittableMessage<ByteBuffer, ByteBuffer>, ConsumerRecord<ByteBuffer, ByteBuffer>> shape =
            FlowShape.of(in, out);
    private final Uncommitted uncommitted;

    UncommittedStage(Uncommitted uncommitted) {
        this.uncommitted = uncommitted;
    }

    @Override
    public FlowShape<CommittableMessage<ByteBuffer, ByteBuffer>, ConsumerRecord<ByteBuffer, ByteBuffer>> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private final AsyncCallback<Done> room = createAsyncCallback(done -> pullIfWanted());

        Logic() {
            super(shape);
            setHandlers(in, out, new AbstractInOutHandler() {
                @Override
                public void onPush() {
                    CommittableMessage<ByteBuffer, ByteBuffer> message = grab(in);
                    uncommitted.add(message.committableOffset());
                    push(out, message.record());
                }

                @Override
                public void onPull() {
                    pullIfWanted();
                }
            });
        }

        @Override
        public void preStart() {
            uncommitted.onRoom(() -> room.invoke(Done.getInstance()));
        }

        private void pullIfWanted() {
            if (isAvailable(out) && !hasBeenPulled(in) && !isClosed(in) && uncommitted.hasRoom()) {
                pull(in);
            }
        }
    }
}
