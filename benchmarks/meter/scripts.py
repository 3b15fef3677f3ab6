"""The programs that are metered: one text a tool, run in a child so that nothing is warm.

``{seconds}`` is how long the program trains; ``BUSY`` is a step that keeps one processor busy.
"""

BUSY = """
import time
def train(seconds):
    end, x = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for i in range(20000):
            x += i * i
"""

# prints wall and CPU seconds from the first line to the user's first step
START = {
    "costlaw": """
import time; wall, cpu = time.perf_counter(), time.process_time()
import costlaw
m = costlaw.meter("start", folder="runs", live=False).start()
print(time.perf_counter() - wall, time.process_time() - cpu)
m.stop()
""",
    "codecarbon": """
import time; wall, cpu = time.perf_counter(), time.process_time()
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="USA", log_level="critical", save_to_file=False,
                            allow_multiple_runs=True)
t.start()
print(time.perf_counter() - wall, time.process_time() - cpu)
t.stop()
""",
    "zeus": """
import time; wall, cpu = time.perf_counter(), time.process_time()
from zeus.monitor import ZeusMonitor
m = ZeusMonitor(gpu_indices=[])
m.begin_window("w")
print(time.perf_counter() - wall, time.process_time() - cpu)
m.end_window("w")
""",
    "carbontracker": """
import time; wall, cpu = time.perf_counter(), time.process_time()
from carbontracker.tracker import CarbonTracker
t = CarbonTracker(epochs=1, verbose=0, epochs_before_pred=0)
t.epoch_start()
print(time.perf_counter() - wall, time.process_time() - cpu)
t.epoch_end(); t.stop()
""",
}

# the main thread sleeps, so the CPU seconds are the sampler's; prints CPU and wall seconds
SAMPLE = {
    "costlaw": """
import time, costlaw
with costlaw.meter("idle", folder="runs", interval_s=1.0, live=False) as m:
    wall, cpu = time.perf_counter(), time.process_time()
    time.sleep({seconds})
    print(time.process_time() - cpu, time.perf_counter() - wall)
""",
    "codecarbon, machine": """
import time
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="USA", log_level="critical", save_to_file=False,
                            measure_power_secs=1, allow_multiple_runs=True)
t.start()
wall, cpu = time.perf_counter(), time.process_time()
time.sleep({seconds})
print(time.process_time() - cpu, time.perf_counter() - wall)
t.stop()
""",
    "codecarbon, process": """
import time
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="USA", log_level="critical", save_to_file=False,
                            measure_power_secs=1, tracking_mode="process",
                            allow_multiple_runs=True)
t.start()
wall, cpu = time.perf_counter(), time.process_time()
time.sleep({seconds})
print(time.process_time() - cpu, time.perf_counter() - wall)
t.stop()
""",
}

# trains until it is killed, or raises after {seconds}
KEEP = {
    "costlaw": BUSY
    + """
import sys, costlaw
m = costlaw.meter("kept", folder="runs", interval_s=0.2, live=False).start()
print("ready", flush=True)
for i in range(400):
    train(0.02); m.step(examples=8, error=1 / (i + 2))
    if {raises} and i == 60: raise ValueError("by hand")
m.stop()
""",
    "codecarbon": BUSY
    + """
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="USA", log_level="critical", measure_power_secs=0.2,
                            output_dir="runs", allow_multiple_runs=True)
t.start()
print("ready", flush=True)
for i in range(400):
    train(0.02)
    if {raises} and i == 60: raise ValueError("by hand")
t.stop()
""",
}

# all ranks begin together, as a launcher's rendezvous makes them
TOGETHER = """
import os
time.sleep(max(float(os.environ["BEGIN"]) - time.time(), 0))
"""

# one rank of a job; prints its own energy [kWh]
RANK = {
    "costlaw": BUSY
    + "import costlaw; costlaw.meter"
    + TOGETHER
    + """
with costlaw.meter("rank", folder="runs", interval_s=0.2, live=False) as m:
    train({seconds})
print(m.result.energy_kwh or 0.0)
""",
    "codecarbon": BUSY
    + "from codecarbon import OfflineEmissionsTracker"
    + TOGETHER
    + """
t = OfflineEmissionsTracker(country_iso_code="USA", log_level="critical", save_to_file=False,
                            measure_power_secs=1, allow_multiple_runs=True)
t.start()
train({seconds})
t.stop()
print(t.final_emissions_data.energy_consumed)
""",
}

# the same job under each tool; prints a JSON object of kWh by scope
SAME_JOB = {
    "costlaw": BUSY
    + """
import json, costlaw
with costlaw.meter("same", folder="runs", live=False, pue={pue}) as m:
    train({seconds})
print(json.dumps([f.to_dict() for f in m.result.figures]))
""",
    "codecarbon, machine": BUSY
    + """
import json
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="USA", log_level="critical", save_to_file=False,
                            measure_power_secs=1, allow_multiple_runs=True)
t.start(); train({seconds}); t.stop()
d = t.final_emissions_data
found = {{"device": d.energy_consumed, "processor": d.cpu_energy, "memory": d.ram_energy}}
print(json.dumps(found))
""",
    "carbontracker": BUSY
    + """
import glob, json, re
from carbontracker.tracker import CarbonTracker
t = CarbonTracker(epochs=1, verbose=0, epochs_before_pred=0, log_dir="log", update_interval=1)
t.epoch_start(); train({seconds}); t.epoch_end(); t.stop()
text = "".join(open(f).read() for f in glob.glob("log/*output.log"))
found = re.findall(r"Energy:\\s+([0-9.eE+-]+) kWh", text)
pue = re.findall(r"PUE[^0-9]*([0-9.]+)", text)
print(json.dumps({{"facility": float(found[-1]), "pue": pue[-1] if pue else None}}))
""",
}
