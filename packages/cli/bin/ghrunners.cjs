#!/usr/bin/env node
"use strict";
require("node:module").enableCompileCache?.();
require("tsx/cjs");
require("../main.ts");
