/* A driver of two boards with the C interface of NVML (nvml.h): the first has an energy counter. */
#include <stdio.h>
static struct { unsigned long long energy_mj; unsigned int power_mw; int status; } board[2];
void fake_set(int index, unsigned long long energy_mj, unsigned int power_mw, int status) {
  board[index].energy_mj = energy_mj;
  board[index].power_mw = power_mw;
  board[index].status = status;
}
static int of(void *device) { return device == (void *)&board[1]; }
int nvmlInitWithFlags(unsigned int flags) { (void)flags; return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
  *device = &board[index];
  return 0;
}
int nvmlDeviceGetName(void *device, char *name, unsigned int length) {
  (void)device;
  snprintf(name, length, "Fake Board");
  return 0;
}
int nvmlDeviceGetUUID(void *device, char *uuid, unsigned int length) {
  snprintf(uuid, length, "GPU-%d", of(device));
  return 0;
}
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *energy_mj) {
  *energy_mj = board[of(device)].energy_mj;
  return of(device) ? 3 : board[0].status; /* 3: NVML_ERROR_NOT_SUPPORTED */
}
int nvmlDeviceGetPowerUsage(void *device, unsigned int *power_mw) {
  *power_mw = board[of(device)].power_mw;
  return board[of(device)].status;
}
int nvmlDeviceGetMigMode(void *device, unsigned int *current, unsigned int *pending) {
  (void)device;
  *current = *pending = 0;
  return 3;
}
const char *nvmlErrorString(int result) { return result == 15 ? "GPU is lost" : "Not Supported"; }
