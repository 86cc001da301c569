/**
 * Lets Node write stack traces. Pulumi's SDK installs a library for it that does not know tsx's source maps, so it
 * names wrong lines, and that takes a fifth of the program's processor time, since the SDK keeps a trace of every
 * promise.
 */
Reflect.set(Error, "prepareStackTrace", undefined);
