"""Steps of a build that have a program fetch packages, and those that only begin alike."""

from __future__ import annotations

import pytest

from envc.language.fetching_steps import fetching_step

FETCHING = (
    *(
        "npm install left-pad",
        "npm i left-pad@1",
        "npm ci",
        "npm install",
        "npm --prefix web ci",
        "npm install -g typescript",
    ),
    *("yarn", "yarn install --frozen-lockfile", "yarn --cwd web", "yarn add x", "pnpm install", "pnpm i"),
    *(
        "go get x",
        "go mod download",
        "go install golang.org/x/tools/gopls@latest",
        "go -C sub get x",
        "go run x.org/y@v1",
    ),
    *("cargo install x", "cargo fetch --locked", "cargo +nightly install x", "cargo --color never install x"),
    *("gem install x", "gem install -N x", "bundle install", "bundle", "bundle --jobs=4", "CI=1 npm ci"),
    *("cd web && npm ci\n", "cmake .\nbash -c 'cargo fetch'\n", "bash -c 'go get x'", "/usr/bin/npm ci"),
    *("npm install ./x.tgz left-pad", "gem install -i /opt/x foo", "go run -tags a x.org/y@v1 z", "(npm ci)\n"),
    *(
        "case $1 in\n  yarn)\n    npm ci;;\nesac\n",
        "a=(b c); npm ci",
        "pnpm -w install",
        "cargo install --git https://x.org/y",
    ),
    *("GOPROXY=direct go get x", "CARGO_NET_OFFLINE=true npm ci", "npm ci --registry https://localhost.example.org"),
    *("x=$(\n  npm ci\n)\n", "(npm ci | tee log)\n"),
)
FINE = (
    *(
        "npm run build",
        "npm --version",
        "npm ci --offline",
        "npm install --prefer-offline",
        "npm install ./x.tgz",
        "npm",
    ),
    *("yarn build", "yarn --version", "yarn install --offline", "pnpm", "pnpm run build", "pnpm install --offline"),
    *("go build ./...", "go install ./cmd/x", "go mod verify", "go version", "go run .", "go", "go test -run x@y.z"),
    *(
        "cargo build --release",
        "cargo install --path .",
        "cargo install --path=x",
        "cargo install x --offline",
        "cargo",
    ),
    *(
        "cargo fetch --frozen",
        "gem build x.gemspec",
        "gem install --local x",
        "gem install pkg/x-1.gem",
        "gem --version",
    ),
    *("bundle exec rake", "bundle install --local", "bundle --version", "echo npm ci", "make npm ci"),
    *("go run . user@host", "go run ./cmd/x user@host", "go install -tags a ./x", "cargo install --list"),
    *("gem install --install-dir /opt/x foo-1.0.gem", "gem install -i /opt/x foo-1.0.gem", "npm install -g ."),
    *("npm install -g ./pkg", "npm install ./vendor/foo", 'npm i "./pkg" > log\n', "yarn install --immutable-cache"),
    *("npm_config_offline=true npm ci", "CARGO_NET_OFFLINE=true cargo fetch", "GOPROXY=off go get x"),
    *("GOPROXY=file:///x go mod download", "GOFLAGS=-mod=vendor go get x", "export GOPROXY=off\ngo mod download\n"),
    *(
        "npm ci --registry http://localhost:4873",
        "npm i x --registry=http://127.0.0.1:4873/",
        "cargo --config net.offline=true fetch",
    ),
    *("case $1 in\n  yarn)\n    make;;\n  yarn | pnpm) make;;\nesac\n", 'case $1 in yarn) make;; "yarn") a;; esac'),
    *("tools=(yarn)\n", "tools+=(\n  yarn\n  go get\n)\nmake\n"),
)


@pytest.mark.parametrize("step", FETCHING)
def test_a_step_that_fetches(step: str) -> None:
    refused = fetching_step((step,))
    assert refused is not None
    assert "{" not in refused.remedy


@pytest.mark.parametrize("step", FINE)
def test_a_step_that_fetches_nothing(step: str) -> None:
    assert fetching_step((step,)) is None


def test_what_was_fetched_before_is_there() -> None:
    """Each program finds its own packages alone."""
    assert fetching_step(("npm ci",), {"npm"}) is None
    assert fetching_step(("/bin/sh", "-euc", "npm ci\nnpm run build\n"), {"npm"}) is None
    assert fetching_step(("npm ci",), {"cargo", "go"}) is not None


@pytest.mark.parametrize("options", ["--prefix ui", "--cache /c", "--omit dev", "--loglevel error", "> log 2>&1"])
def test_the_value_of_an_option_is_no_package(options: str) -> None:
    refused = fetching_step((f"npm ci {options}",))
    assert refused is not None
    assert refused.remedy.startswith("`fetches npm`")
