/* haul-exit-status.h - the exit statuses of mailhaul-cli, a contract with scripts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

typedef enum
{
  HAUL_EXIT_OK = 0,
  HAUL_EXIT_NOT_ALL = 3,
  HAUL_EXIT_USAGE = 64,
  HAUL_EXIT_DAMAGED = 65,
  HAUL_EXIT_NOT_FOUND = 66,
  HAUL_EXIT_UNREACHABLE = 69,
  HAUL_EXIT_BUG = 70,
  HAUL_EXIT_CANNOT_WRITE = 73,
  HAUL_EXIT_READ_ERROR = 74,
  HAUL_EXIT_STOPPED = 75,
  HAUL_EXIT_PROTOCOL = 76,
  HAUL_EXIT_SIGN_IN = 77,
  HAUL_EXIT_PRESET = 78,
  HAUL_EXIT_CERTIFICATE = 80,
  HAUL_EXIT_FULL = 81,
} HaulExitStatus;

HaulExitStatus haul_exit_status_worst (HaulExitStatus a, HaulExitStatus b);
