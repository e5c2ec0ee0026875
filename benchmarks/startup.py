#!/usr/bin/env python3
"""Small commands, published ready to run, beside a program that prints one line and is published the same way, in alternating pairs.

    python3 benchmarks/startup.py [--rounds 20] [--self-contained] [--keep FOLDER]

Printed for each command: wall, user and system time in milliseconds (medians) and the medians of the paired ratios of wall time and of CPU time. CPU time
hardly depends on what else the machine does; the limits are for wall time on a quiet machine. Methods that were compiled at run time are counted in a run of
their own. Exit code 1 if a ratio of wall time is above its limit, 2 if something cannot be published or run.
"""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, "examples", "digits-tiny")
PROJECT = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
</Project>
"""


def publish(project, out, self_contained):
    command = ["dotnet", "publish", project, "-c", "Release", "-r", "linux-x64", "--self-contained", str(self_contained).lower(),
               "-p:PublishReadyToRun=true", "-o", out, "-v", "q", "-nologo"]
    if self_contained:
        command.append("-p:PublishReadyToRunComposite=true")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit(2)


def timed(command, environment=None):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.stderr.write(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode()}")
        sys.exit(2)
    return wall, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime


def compiled(command, folder):
    """How many methods were compiled at run time."""
    path = os.path.join(folder, "compiled.txt")
    if os.path.exists(path):
        os.remove(path)
    timed(command, {**os.environ, "DOTNET_JitStdOutFile": path, "DOTNET_JitDisasmSummary": "1"})
    with open(path, encoding="utf-8") as lines:
        return sum(1 for _ in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--self-contained", action="store_true", help="with the runtime, as one composite image")
    parser.add_argument("--keep", help="folder for what is published; the default is removed afterwards")
    options = parser.parse_args()
    folder = options.keep or tempfile.mkdtemp(prefix="startup-")
    try:
        source = os.path.join(folder, "hello-source")
        os.makedirs(source, exist_ok=True)
        with open(os.path.join(source, "hello.csproj"), "w", encoding="utf-8") as file:
            file.write(PROJECT)
        with open(os.path.join(source, "Program.cs"), "w", encoding="utf-8") as file:
            file.write('System.Console.WriteLine("Hello, world");\n')
        publish(source, os.path.join(folder, "hello"), options.self_contained)
        publish(os.path.join(ROOT, "src", "Cli"), os.path.join(folder, "kernelflow"), options.self_contained)
        hello, tool = [os.path.join(folder, "hello", "hello")], os.path.join(folder, "kernelflow", "kernelflow")
        report = os.path.join(folder, "report")
        # What is remembered of the machine's libraries is of no concern to small runs, and the user's memory is left alone.
        os.environ["KERNELFLOW_CACHE"] = os.path.join(folder, "cache")
        rows = [("--version", [tool, "--version"], 1.3), ("--help", [tool, "--help"], None), ("inspect", [tool, "inspect", EXAMPLE], 3.0),
                ("analyze --json", [tool, "analyze", EXAMPLE, "--json"], 6.0), ("analyze --out", [tool, "analyze", EXAMPLE, "--out", report], 6.0)]
        hellos, times = [], {name: [] for name, _, _ in rows}
        for i in range(options.rounds + 1):
            for name, command, _ in rows:
                shutil.rmtree(report, ignore_errors=True)
                pair = (timed(hello), timed(command))
                if i:  # the first round brings the files into memory
                    hellos.append(pair[0])
                    times[name].append(pair)
        print(f"{options.rounds} rounds, load average {os.getloadavg()[0]:.1f}, {'self-contained, composite' if options.self_contained else 'framework-dependent'}")
        print("| command | wall, ms | user, ms | system, ms | wall / hello | CPU / hello | limit | compiled at run time |\n|---|---|---|---|---|---|---|---|")

        def row(name, own, pairs, limit, count):
            wall, user, system = (1000 * statistics.median(t[k] for t in own) for k in range(3))
            ratio = statistics.median(b[0] / a[0] for a, b in pairs)
            cpu = statistics.median((b[1] + b[2]) / (a[1] + a[2]) for a, b in pairs)
            print(f"| {name} | {wall:.0f} | {user:.0f} | {system:.0f} | {ratio:.2f} | {cpu:.2f} | {limit or ''} | {count} |")
            return limit is not None and ratio > limit

        row("hello, world", hellos, [(h, h) for h in hellos], None, compiled(hello, folder))
        failed = False
        for name, command, limit in rows:
            shutil.rmtree(report, ignore_errors=True)
            failed |= row(name, [b for _, b in times[name]], times[name], limit, compiled(command, folder))
        return 1 if failed else 0
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
