# make run     装好并打开演示：http://127.0.0.1:8080/
# make test    全部检查
# make format  整理代码写法
# make help    其余的

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-for-tests

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.DEFAULT_GOAL := help

.PHONY: help
help: ## 列出这些命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: run
run: $(STAMP) ## 装好并打开演示社区，不用注册任何账号
	$(BIN)/guanjia demo

.PHONY: install
install: $(STAMP) ## 只安装

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo '没找到能用的 Python：需要 3.11 或更新的版本（连同 venv）。' >&2; \
		echo 'Debian、Ubuntu 上：sudo apt-get install python3 python3-venv，装好后再运行一次。' >&2; \
		echo '已经装在别处的话：make $(MAKECMDGOALS) PYTHON=那个python' >&2; \
		exit 1; fi
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(TEST_STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(STAMP)

.PHONY: test
test: check pytest score ## 全部检查：写法、类型、依赖方向、测试、理解的分数

.PHONY: check
check: $(TEST_STAMP) ## 写法、类型和依赖方向
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: pytest
pytest: $(TEST_STAMP) ## 只跑测试
	$(BIN)/pytest -n auto

.PHONY: score
score: $(TEST_STAMP) ## 理解得怎么样，只打印，没有及格线
	$(BIN)/python tests/eval/score.py --run '$(BIN)/guanjia parse' tests/eval/dev/*.jsonl

.PHONY: check-fast
check-fast: $(TEST_STAMP) ## 改代码时随手用：写法、类型，只在 SQLite 上测，不开浏览器
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -x -q -m 'not browser' -k 'not postgresql'

.PHONY: format
format: $(TEST_STAMP) ## 整理代码写法
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: migration
migration: $(TEST_STAMP) ## 表变了以后，写下一个迁移：make migration m="add pictures"
	@test -n '$(m)' || { echo '请说明改了什么：make migration m="add pictures"' >&2; exit 1; }
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf $$scratch' EXIT; url=sqlite:///$$scratch/scratch.db; \
	number=$$(printf %04d $$(( $$(ls storage/migrations/versions | grep -c '^[0-9]') + 1 ))); \
	$(BIN)/alembic -x url=$$url upgrade head; \
	$(BIN)/alembic -x url=$$url revision --autogenerate --rev-id $$number -m '$(m)'; \
	sed -i.before '/# ### /d' storage/migrations/versions/$${number}_*.py; rm -f storage/migrations/versions/*.before; \
	$(BIN)/ruff check --quiet --fix storage/migrations/versions; \
	$(BIN)/ruff format --quiet storage/migrations/versions

.PHONY: first-migration
first-migration: ## 第一次发布之前：按现在的表重写 0001_first.py
	@set -e; kept=$$(mktemp -d); mv storage/migrations/versions/[0-9]*.py $$kept/ 2>/dev/null || true; \
	$(MAKE) migration m=first || { mv $$kept/*.py storage/migrations/versions/; exit 1; }; \
	rm -rf $$kept
