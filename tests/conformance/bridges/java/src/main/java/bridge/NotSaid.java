package bridge;

/** The SDK has no way to say this. */
final class NotSaid extends RuntimeException {
    NotSaid(String why) {
        super(why);
    }
}
