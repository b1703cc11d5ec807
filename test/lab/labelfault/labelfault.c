// SPDX-License-Identifier: GPL-2.0
/*
 * Writes of labels that fail, for the tests of what has the kernel write labels.
 *
 * Whoever makes, changes or destroys a namespace writes to its attributes in sysfs, and libnvdimm
 * then writes labels and indexes to each DIMM of the region. Here one of these writes fails, or the
 * power is gone from it on: nothing more reaches the DIMMs. All is said by parameters of the
 * module, below /sys/module/labelfault/parameters.
 *
 * It is for x86-64, as the lab is: a probe at the first instruction of a function leads elsewhere
 * by changing the instruction pointer, with the arguments as they are.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>

static unsigned int writes;
module_param(writes, uint, 0644);
MODULE_PARM_DESC(writes, "how many have been asked for; to be set to 0 before counting");

static unsigned int at;
module_param(at, uint, 0644);
MODULE_PARM_DESC(at, "the number of the write that fails, from 1; 0: none");

static bool onwards;
module_param(onwards, bool, 0644);
MODULE_PARM_DESC(onwards, "whether all after it fail too, and the program that asked is killed");

static int error = EIO;
module_param(error, int, 0644);
MODULE_PARM_DESC(error, "the errno it fails with; 0: it seems to succeed, and writes nothing");

/* Runs in the place of the function of libnvdimm that writes to label areas, with its arguments. */
static int labelfault_refuse(void)
{
	if (onwards)
		send_sig(SIGKILL, current, 1);
	return -error;
}

/* libnvdimm writes labels with the lock of the bus held, and so do we count. */
static int labelfault_count(struct kprobe *probe, struct pt_regs *regs)
{
	writes++;
	if (!at || (onwards ? writes < at : writes != at))
		return 0;
	instruction_pointer_set(regs, (unsigned long)labelfault_refuse);
	return 1;
}

static struct kprobe labelfault_probe = {
	.symbol_name = "nvdimm_set_config_data",
	.pre_handler = labelfault_count,
};

static int __init labelfault_init(void)
{
	return register_kprobe(&labelfault_probe);
}

static void __exit labelfault_exit(void)
{
	unregister_kprobe(&labelfault_probe);
}

module_init(labelfault_init);
module_exit(labelfault_exit);
MODULE_DESCRIPTION("writes of NVDIMM labels that fail, for tests");
MODULE_LICENSE("GPL");
